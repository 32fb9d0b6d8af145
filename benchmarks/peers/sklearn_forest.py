"""sklearn_forest.py FILE FEATURES: scikit-learn's IsolationForest (100 trees, 256 samples, one thread) on row-major float64."""

import json
import sys
import time

import numpy
import sklearn
from sklearn.ensemble import IsolationForest

rows = numpy.fromfile(sys.argv[1]).reshape(-1, int(sys.argv[2]))
warm = IsolationForest(n_estimators=100, max_samples=256, n_jobs=1, random_state=1).fit(rows[:1000])
warm.score_samples(rows[:1000])
start = time.perf_counter()
forest = IsolationForest(n_estimators=100, max_samples=256, n_jobs=1, random_state=1).fit(rows)
fitted = time.perf_counter()
forest.score_samples(rows)
scored = time.perf_counter()
print(
    json.dumps(
        {"fitMs": 1000 * (fitted - start), "rowsPerSecond": len(rows) / (scored - fitted), "version": sklearn.__version__}
    )
)
