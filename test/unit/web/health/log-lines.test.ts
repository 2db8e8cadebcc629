import { describe, expect, it } from 'vitest'
import { joined, matching } from '../../../../src/web/health/log-lines.ts'

const line = (seq: number, message = `line ${seq}`, camera: string | null = null) => ({
  seq,
  at: '2026-03-14T02:17:06.004Z',
  level: 'info' as const,
  message,
  camera,
  fields: '{"code":"CAMERA_BUSY"}',
})

describe('the log on the page', () => {
  it('shows each line once, and a bounded number of them', () => {
    const first = joined([], [line(1), line(2)])
    expect(joined(first, [line(2), line(3)]).map(({ seq }) => seq)).toEqual([1, 2, 3])
    const many = joined(
      first,
      Array.from({ length: 3000 }, (_, n) => line(n + 3)),
    )
    expect(many).toHaveLength(1000)
    expect(many.at(-1)!.seq).toBe(3002)
  })

  it('is filtered by words in message, camera and fields', () => {
    const lines = [line(1, 'Frames stopped', 'gate'), line(2, 'running')]
    expect(matching(lines, 'GATE frames')).toEqual([lines[0]])
    expect(matching(lines, 'camera_busy')).toHaveLength(2)
    expect(matching(lines, ' ')).toBe(lines)
    expect(matching(lines, 'nothing')).toEqual([])
  })
})
