import { describe, expect, it } from 'vitest'
import { cutTile, layTiles, parseTileGrid } from '../../../src/detect/tile-grid.ts'

const tile = { widthPx: 100, heightPx: 50 }

describe('parseTileGrid', () => {
  it.each([
    ['2x1', { columns: 2, rows: 1 }],
    ['4x3', { columns: 4, rows: 3 }],
    ['1x1', null],
    ['5x1', null],
    ['2', null],
    [undefined, null],
  ])('%s', (text, grid) => {
    expect(parseTileGrid(text)).toEqual(grid)
  })
})

describe('layTiles', () => {
  it.each([
    [2, 1],
    [3, 2],
    [1, 4],
  ])('covers the picture with tiles of the detector that overlap by a fifth, %i x %i', (columns, rows) => {
    const { widthPx, heightPx, tiles } = layTiles({ columns, rows }, tile)
    expect(tiles).toHaveLength(columns * rows)
    for (const each of tiles) expect(each).toMatchObject(tile)
    expect(widthPx).toBe(100 + (columns - 1) * 80)
    expect(heightPx).toBe(50 + (rows - 1) * 40)
    for (let y = 0; y < heightPx; y += 1)
      for (let x = 0; x < widthPx; x += 1)
        if (!tiles.some(({ xPx, yPx }) => x >= xPx && x < xPx + 100 && y >= yPx && y < yPx + 50))
          throw new Error(`${x}, ${y} is in no tile`)
    expect(tiles.at(-1)).toMatchObject({ xPx: widthPx - 100, yPx: heightPx - 50 })
  })
})

describe('cutTile', () => {
  it('takes the pixels of the tile, row by row', () => {
    const picture = Uint8Array.from({ length: 5 * 4 * 3 }, (_, at) => at)
    const cut = cutTile(picture, 5, { xPx: 2, yPx: 1, widthPx: 2, heightPx: 3 })
    const pixels = [7, 8, 12, 13, 17, 18]
    expect([...cut]).toEqual(pixels.flatMap((pixel) => [0, 1, 2].map((channel) => pixel * 3 + channel)))
  })
})
