/** Numbers from 0 on, small ones most often: the n-th comes with a weight of 1 / n^exponent. */
export function createZipf(count: number, exponent: number): () => number {
  const upTo: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= count; rank += 1) upTo.push((sum += 1 / rank ** exponent));
  return () => {
    const wanted = Math.random() * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((upTo[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
