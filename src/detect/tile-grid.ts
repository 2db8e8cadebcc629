import type { BoxPx } from '../core/detection.ts'

/** Into how many parts a picture is cut for a detector; each part is as large as the detector's input. */
export interface TileGrid {
  readonly columns: number
  readonly rows: number
}

interface Size {
  readonly widthPx: number
  readonly heightPx: number
}

/** Share of a tile that it has in common with its neighbour: who stands on a border is whole in one of them. */
const overlap = 0.2

/** `2x1` as a grid; null when it is none, or a single tile. */
export function parseTileGrid(text: string | undefined): TileGrid | null {
  const [, columns, rows] = /^([1-4])x([1-4])$/.exec(text ?? '') ?? []
  if (!columns || !rows || text === '1x1') return null
  return { columns: Number(columns), rows: Number(rows) }
}

/** The picture that is cut, and its tiles, left to right and top to bottom, in its pixels. */
export function layTiles(
  { columns, rows }: TileGrid,
  tile: Size,
): Size & { readonly tiles: readonly BoxPx[] } {
  const stepX = Math.round(tile.widthPx * (1 - overlap))
  const stepY = Math.round(tile.heightPx * (1 - overlap))
  return {
    widthPx: tile.widthPx + (columns - 1) * stepX,
    heightPx: tile.heightPx + (rows - 1) * stepY,
    tiles: Array.from({ length: columns * rows }, (_, n) => ({
      xPx: (n % columns) * stepX,
      yPx: Math.floor(n / columns) * stepY,
      widthPx: tile.widthPx,
      heightPx: tile.heightPx,
    })),
  }
}

/** The bytes of one tile, rgb24, of a picture of this width. */
export function cutTile(data: Uint8Array, pictureWidthPx: number, tile: BoxPx): Uint8Array {
  const row = tile.widthPx * 3
  const out = new Uint8Array(row * tile.heightPx)
  for (let y = 0; y < tile.heightPx; y += 1) {
    const from = ((tile.yPx + y) * pictureWidthPx + tile.xPx) * 3
    out.set(data.subarray(from, from + row), y * row)
  }
  return out
}
