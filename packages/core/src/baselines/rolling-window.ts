/** The last values of a series, kept in order of arrival and in order of size. */
export interface RollingWindow {
  readonly size: number;
  /** Adds a value; the oldest leaves when the window is full. */
  push(value: number): void;
  /** Linear between neighbours, as in R's type 7; NaN when empty. */
  quantile(share: number): number;
  /** Distance from `value` to the `rank`-th nearest value here, counted from 1; infinite when there are fewer. */
  nearestDistance(value: number, rank: number): number;
  /** Median of the distances from `middle`; NaN when empty. */
  medianDistance(middle: number): number;
  /** Copies the values to the start of `target`, in order of arrival. */
  copyTo(target: Float64Array): void;
}

export function rollingWindow(capacity: number): RollingWindow {
  const arrived = new Float64Array(capacity);
  const sorted = new Float64Array(capacity);
  let size = 0;
  let next = 0;

  const firstAtLeast = (value: number): number => {
    let low = 0;
    let high = size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const nearestDistance = (value: number, rank: number): number => {
    if (rank > size) return Number.POSITIVE_INFINITY;
    let right = firstAtLeast(value);
    let left = right - 1;
    let distance = 0;
    for (let found = 0; found < rank; found++) {
      const below = left >= 0 ? value - sorted[left]! : Number.POSITIVE_INFINITY;
      const above = right < size ? sorted[right]! - value : Number.POSITIVE_INFINITY;
      if (below <= above) {
        distance = below;
        left--;
      } else {
        distance = above;
        right++;
      }
    }
    return distance;
  };

  return {
    get size() {
      return size;
    },
    push(value) {
      if (size === capacity) {
        const gone = firstAtLeast(arrived[next]!);
        sorted.copyWithin(gone, gone + 1, size);
        size--;
      }
      const place = firstAtLeast(value);
      sorted.copyWithin(place + 1, place, size);
      sorted[place] = value;
      size++;
      arrived[next] = value;
      next = (next + 1) % capacity;
    },
    quantile(share) {
      if (size === 0) return Number.NaN;
      const at = (size - 1) * share;
      const low = Math.floor(at);
      const high = Math.min(low + 1, size - 1);
      return sorted[low]! + (sorted[high]! - sorted[low]!) * (at - low);
    },
    nearestDistance,
    medianDistance(middle) {
      if (size === 0) return Number.NaN;
      const half = size >> 1;
      const upper = nearestDistance(middle, half + 1);
      return size % 2 === 1 ? upper : (nearestDistance(middle, half) + upper) / 2;
    },
    copyTo(target) {
      const first = size < capacity ? 0 : next;
      for (let index = 0; index < size; index++) target[index] = arrived[(first + index) % capacity]!;
    },
  };
}
