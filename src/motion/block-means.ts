/** Side of a block in pixels: small enough for a distant person, large enough to average sensor noise away. */
export const blockPx = 4

/**
 * Mean brightness of every block of an rgb24 picture, 0–255, row by row. Brightness is (R + 2G + B) / 4. Rows and
 * columns that do not fill a block are left out.
 */
export function blockMeans(data: Uint8Array, widthPx: number, heightPx: number): Float32Array {
  const columns = Math.floor(widthPx / blockPx)
  const rows = Math.floor(heightPx / blockPx)
  const means = new Float32Array(columns * rows)
  const stride = widthPx * 3
  const scale = 1 / (4 * blockPx * blockPx)
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      let sum = 0
      let line = row * blockPx * stride + column * blockPx * 3
      for (let y = 0; y < blockPx; y += 1) {
        for (let x = line; x < line + blockPx * 3; x += 3) sum += data[x]! + 2 * data[x + 1]! + data[x + 2]!
        line += stride
      }
      means[row * columns + column] = sum * scale
    }
  }
  return means
}
