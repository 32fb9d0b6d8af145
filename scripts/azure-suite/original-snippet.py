import requests
import json

# Prepare metrics
metrics = {
    "data": [
        {"build_id": "build_001", "duration": 300, "failure_rate": 0.05},
        {"build_id": "build_002", "duration": 900, "failure_rate": 0.45}  # Anomaly!
    ]
}

# Call prediction endpoint (after deployment)
response = requests.post(
    endpoint_url,
    headers={"Authorization": f"Bearer {api_key}"},
    json=metrics
)

results = response.json()
# results['predictions'] = [False, True]  # Second build is anomalous
