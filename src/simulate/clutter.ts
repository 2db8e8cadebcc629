import type { Random } from '../core/random.ts'
import type { CameraView } from './camera-view.ts'
import { type Canvas, drawStroke, fillRectangle } from './canvas.ts'
import type { Colour, SceneScript } from './script.ts'

type Draw = (canvas: Canvas, tS: number) => void

/** Movement that is no person: what a detector of motion falls for. Drawn behind the people. */
export function createClutter(script: SceneScript, view: CameraView, random: Random): Draw {
  const makers: Record<SceneScript['clutter'][number], (own: Random) => Draw> = {
    tree: (own) => tree(view, own),
    car: (own) => car(view, own, script.durationS),
    rain,
    screen: (own) => screen(view, own),
    // Brightness is a matter of the whole picture; see createLight.
    'light-switch': () => () => {},
  }
  const draws = script.clutter.map((kind) => makers[kind](random.fork(kind)))
  return (canvas, tS) => {
    for (const draw of draws) draw(canvas, tS)
  }
}

function tree(view: CameraView, random: Random): Draw {
  const x = random.range(-6, 6)
  const z = random.range(9, 12)
  const leaves = Array.from({ length: 22 }, () => ({
    x: random.range(-1.1, 1.1),
    y: random.range(1.4, 3.6),
    phase: random.range(0, 6.3),
    r: random.range(0.18, 0.45),
    green: random.range(60, 120),
  }))
  return (canvas, tS) => {
    const foot = view.project([x, 0, z])
    const top = view.project([x, 2, z])
    if (!foot || !top) return
    const squeeze = ((canvas.heightPx / canvas.widthPx) * 16) / 9
    const trunk = 0.12 * foot.pxPerM
    drawStroke(canvas, {
      x1: foot.xPx,
      y1: foot.yPx,
      r1: trunk,
      x2: top.xPx,
      y2: top.yPx,
      r2: trunk,
      colour: [80, 60, 45],
      squeeze,
    })
    for (const leaf of leaves) {
      const sway = 0.14 * Math.sin(tS * 1.9 + leaf.phase)
      const at = view.project([x + leaf.x + sway, leaf.y, z])
      if (!at) continue
      const r = leaf.r * at.pxPerM
      drawStroke(canvas, {
        x1: at.xPx,
        y1: at.yPx,
        r1: r,
        x2: at.xPx,
        y2: at.yPx,
        r2: r,
        colour: [40, leaf.green, 35],
        squeeze,
      })
    }
  }
}

function car(view: CameraView, random: Random, durationS: number): Draw {
  const z = random.range(10, 12.5)
  const passes = Array.from({ length: Math.ceil(durationS / 15) }, (_, n) => ({
    startS: n * 15 + random.range(0, 10),
    speed: random.range(4, 9) * (random.chance(0.5) ? 1 : -1),
    colour: [random.range(30, 220), random.range(30, 200), random.range(30, 220)] as Colour,
  }))
  return (canvas, tS) => {
    for (const { startS, speed, colour } of passes) {
      const x = (tS - startS) * speed - Math.sign(speed) * 14
      if (tS < startS || Math.abs(x) > 15) continue
      const low = view.project([x - 2, 0.25, z])
      const high = view.project([x + 2, 1, z])
      const roof = view.project([x + 1.1, 1.5, z])
      const roofLow = view.project([x - 1.2, 1, z])
      if (!low || !high || !roof || !roofLow) continue
      fillRectangle(
        canvas,
        { left: roofLow.xPx, right: roof.xPx, top: roof.yPx, bottom: roofLow.yPx },
        [50, 56, 64],
      )
      fillRectangle(canvas, { left: low.xPx, right: high.xPx, top: high.yPx, bottom: low.yPx }, colour)
    }
  }
}

function rain(random: Random): Draw {
  const drops = Array.from({ length: 40 }, () => ({
    x: random.next(),
    y: random.next(),
    speed: random.range(1.5, 2.6),
  }))
  return (canvas, tS) => {
    const length = canvas.heightPx * 0.05
    for (const { x, y, speed } of drops) {
      const top = ((y + tS * speed) % 1) * canvas.heightPx
      const left = x * canvas.widthPx
      fillRectangle(canvas, { left, right: left + 1, top, bottom: top + length }, [170, 175, 185])
    }
  }
}

/** A television or an advertising screen. */
function screen(view: CameraView, random: Random): Draw {
  const x = random.range(-5, 4)
  const hues = Array.from(
    { length: 16 },
    () => [random.range(20, 255), random.range(20, 255), random.range(20, 255)] as Colour,
  )
  return (canvas, tS) => {
    const low = view.project([x, 1, 12])
    const high = view.project([x + 1.6, 1.9, 12])
    if (!low || !high) return
    const box = { left: low.xPx, right: high.xPx, top: high.yPx, bottom: low.yPx }
    fillRectangle(canvas, box, hues[Math.floor(tS * 1.3) % hues.length]!)
  }
}
