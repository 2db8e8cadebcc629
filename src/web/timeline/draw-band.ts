import { formatDate, formatTime } from '../text/format.ts'
import { shareOf, type TimeWindow, ticks } from './time-window.ts'
import type { Timeline } from './timeline-data.ts'

export interface BandColours {
  readonly text: string
  readonly line: string
  readonly footage: string
  readonly motion: string
  readonly head: string
  readonly severity: Readonly<Record<'info' | 'warning' | 'critical', string>>
}

/** Heights of the rows, from the top, in CSS pixels. */
export const rows = { alerts: [4, 16], motion: [26, 34], footage: [64, 10], axis: [80, 22] } as const
export const bandHeightPx = 104

/** Draws alerts, motion, recordings and the axis of a time. */
export function drawBand(
  canvas: HTMLCanvasElement,
  shown: { window: TimeWindow; timeline: Timeline | null; headMs: number; hoverMs: number | null },
  colours: BandColours,
): void {
  const { window, timeline, headMs, hoverMs } = shown
  const ratio = globalThis.devicePixelRatio || 1
  const widthPx = canvas.clientWidth
  canvas.width = Math.round(widthPx * ratio)
  canvas.height = Math.round(bandHeightPx * ratio)
  const ctx = canvas.getContext('2d')!
  ctx.scale(ratio, ratio)
  ctx.clearRect(0, 0, widthPx, bandHeightPx)
  const x = (atMs: number) => shareOf(window, atMs) * widthPx
  drawAxis(ctx, window, widthPx, colours)
  if (timeline) {
    ctx.fillStyle = colours.footage
    for (const { from, to } of timeline.footage) {
      const left = x(Date.parse(from))
      ctx.fillRect(left, rows.footage[0], Math.max(1, x(Date.parse(to)) - left), rows.footage[1])
    }
    drawMotion(ctx, timeline, x, widthPx, colours)
    for (const { from, to, severity } of [...timeline.alerts].reverse()) {
      const left = x(Date.parse(from))
      ctx.fillStyle = colours.severity[severity]
      ctx.fillRect(left, rows.alerts[0], Math.max(4, x(Date.parse(to)) - left), rows.alerts[1])
    }
  }
  const line = (atMs: number, colour: string, width: number) => {
    ctx.fillStyle = colour
    ctx.fillRect(x(atMs) - width / 2, 0, width, rows.axis[0])
  }
  if (hoverMs !== null) line(hoverMs, colours.line, 1)
  line(headMs, colours.head, 2)
}

function drawMotion(
  ctx: CanvasRenderingContext2D,
  { from, motion }: Timeline,
  x: (atMs: number) => number,
  widthPx: number,
  colours: BandColours,
): void {
  const fromMs = Date.parse(from)
  const [top, height] = rows.motion
  ctx.fillStyle = colours.motion
  for (const [index, level] of motion.levels.entries()) {
    if (level === null) continue
    const left = x(fromMs + index * motion.stepMs)
    const right = x(fromMs + (index + 1) * motion.stepMs)
    if (right < 0 || left > widthPx) continue
    // Small motion decides: the root lifts it.
    const tall = Math.max(1, Math.min(1, Math.sqrt(level) * 1.6) * height)
    ctx.fillRect(left, top + height - tall, Math.max(1, right - left - (right - left > 4 ? 1 : 0)), tall)
  }
}

function drawAxis(
  ctx: CanvasRenderingContext2D,
  window: TimeWindow,
  widthPx: number,
  colours: BandColours,
): void {
  const zone = new Date(window.fromMs).getTimezoneOffset()
  const { stepMs, atMs } = ticks(window, widthPx, zone)
  ctx.font = '11px system-ui, sans-serif'
  ctx.textBaseline = 'top'
  for (const at of atMs) {
    const left = shareOf(window, at) * widthPx
    ctx.fillStyle = colours.line
    ctx.fillRect(left, 0, 1, rows.axis[0])
    ctx.fillStyle = colours.text
    const midnight = new Date(at).getHours() === 0 && new Date(at).getMinutes() === 0
    const words = stepMs >= 86_400_000 || (midnight && stepMs >= 3_600_000) ? formatDate(at) : formatTime(at)
    ctx.fillText(
      stepMs >= 60_000 && !words.includes(' ') ? words.slice(0, 5) : words,
      left + 3,
      rows.axis[0] + 3,
    )
  }
}
