import { describe, expect, it } from 'vitest'
import {
  bannerText,
  captionText,
  type PlacedPart,
  subtitles,
} from '../../../../src/record/digest/film-captions.ts'
import { chapterMetadata, filmChapters } from '../../../../src/record/digest/film-chapters.ts'
import type { Piece } from '../../../../src/record/digest/piece.ts'
import { alertMark, moving } from './sample-pieces.ts'

const wallMs = Date.UTC(2026, 4, 1, 8)
const part = (piece: Piece, more: Partial<PlacedPart> = {}): PlacedPart => ({
  cameraId: 'gate',
  path: 'a.mp4',
  startMs: 0,
  lengthMs: 3000,
  wallMs,
  speed: 1,
  alerts: piece.alerts,
  piece,
  filmFromMs: 0,
  filmToMs: 3000,
  ...more,
})
const falling = { ...moving(wallMs, wallMs + 3000), alerts: [alertMark(wallMs + 1000, wallMs + 1500)] }

describe('captions', () => {
  it('have the running local time, and nothing that drawtext would take for its own', () => {
    const piece = moving(wallMs, wallMs + 3000)
    expect(captionText(part(piece, { cameraId: '100%\\' }), 'Europe/Berlin')).toBe(
      `100\\%\\\\  %{pts:gmtime:${(wallMs + 7_200_000) / 1000}.000:%Y-%m-%d %H\\:%M\\:%S} CEST`,
    )
    expect(captionText(part(piece, { speed: 4 }), 'UTC')).toContain(' UTC  4×')
    const alerts = [alertMark(0, 1, { label: '50% a' }), alertMark(2, 3, { label: '50% a' }), alertMark(4, 5)]
    expect(bannerText(part({ ...piece, alerts }))).toBe('50\\% a, falling')
  })

  it('are a line a second as subtitles, with the label while the alert lasts', () => {
    const text = subtitles([part(falling, { filmFromMs: 61_000, filmToMs: 63_400 })], 'UTC')
    expect(text).toBe(
      [
        '1\n00:01:01,000 --> 00:01:02,000\ngate  2026-05-01 08:00:00 UTC\n',
        '2\n00:01:02,000 --> 00:01:03,000\ngate  2026-05-01 08:00:01 UTC\nfalling\n',
        '3\n00:01:03,000 --> 00:01:03,400\ngate  2026-05-01 08:00:02 UTC\n',
      ].join('\n'),
    )
  })
})

describe('chapters', () => {
  it('are one for each alert, over the borders of files, and one for what moves between two', () => {
    const [one, two] = [moving(wallMs, wallMs + 3000), moving(wallMs + 9000, wallMs + 9500)]
    const places = [one, two, falling, falling, one]
    const parts = places.map((piece, n) => part(piece, { filmFromMs: n * 3000, filmToMs: n * 3000 + 3000 }))
    expect(filmChapters(parts, 'UTC')).toEqual([
      { fromMs: 0, toMs: 6000, title: '08:00:00 motion', alertIds: [] },
      { fromMs: 6000, toMs: 12_000, title: '08:00:01 gate: falling', alertIds: [falling.alerts[0]!.alertId] },
      { fromMs: 12_000, toMs: 15_000, title: '08:00:00 motion', alertIds: [] },
    ])
    expect(filmChapters([], 'UTC')).toEqual([])
  })

  it('are metadata in which no name can end its line', () => {
    const chapter = { fromMs: 0.4, toMs: 1000, title: 'a=b; #c\\\nSTART=5', alertIds: [] }
    expect(chapterMetadata([chapter], 'film')).toBe(
      ';FFMETADATA1\ntitle=film\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=a\\=b\\; \\#c\\\\ START\\=5\n',
    )
  })
})
