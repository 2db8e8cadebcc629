import { useComputed } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { formatPercent } from '../text/format.ts'
import { wordFor } from '../text/words.ts'
import { drawScene } from './draw-scene.ts'
import { anyLayer, type LayerName, layers } from './layers.ts'
import type { Moment } from './scene-at.ts'
import { sceneAt } from './scene-at.ts'
import { watchScenes } from './scene-hub.ts'

export interface OverlayProps {
  readonly cameraId: string
  /** Width of the picture as a share of its height; null until it is known. */
  readonly aspect: number | null
  readonly moment: () => Moment
  /** Calls with every picture; returns what ends it. */
  readonly onFrame: (draw: () => void) => () => void
}

/** How far the name of the camera reaches down over the picture; live.css. */
const captionPx = 26

/** Where pictures do not tell that they are shown. */
const drawEveryMs = 200

/** What is seen, drawn over the picture in step with it. */
export function Overlay(props: OverlayProps) {
  const wanted = useComputed(anyLayer)
  return wanted.value ? <Drawing {...props} /> : null
}

function Drawing({ cameraId, aspect, moment, onFrame }: OverlayProps) {
  const ref = useRef<HTMLCanvasElement>(null)
  const latest = useRef({ aspect, moment })
  latest.current = { aspect, moment }
  useEffect(() => {
    const canvas = ref.current!
    const context = canvas.getContext('2d')!
    const { of, leave } = watchScenes(cameraId)
    let empty = true
    const draw = () => {
      const scale = window.devicePixelRatio || 1
      const [width, height] = [
        Math.round(canvas.clientWidth * scale),
        Math.round(canvas.clientHeight * scale),
      ]
      if (width === 0) return
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height })
      else if (!empty) context.clearRect(0, 0, width, height)
      const scene = sceneAt(of.scenes, latest.current.moment())
      const places = of.places.peek()
      canvas.dataset.tracks = String(scene?.tracks.length ?? 0)
      empty = !scene && !places
      if (empty) return
      drawScene(
        context,
        { scene, places },
        {
          ...pictureIn(width, height, latest.current.aspect),
          scale,
          clearTop: captionPx * scale,
          shows: (layer: LayerName) => layers[layer].peek() === 'on',
          percent: formatPercent,
          word: wordFor,
        },
      )
    }
    const stopFrames = onFrame(draw)
    const timer = setInterval(draw, drawEveryMs)
    return () => {
      clearInterval(timer)
      stopFrames()
      leave()
    }
  }, [cameraId, onFrame])
  return <canvas ref={ref} class="live-overlay" />
}

/** Where a picture lies that is shown whole. */
function pictureIn(width: number, height: number, aspect: number | null) {
  if (aspect === null) return { left: 0, top: 0, width, height }
  const inner =
    width / height > aspect ? { width: height * aspect, height } : { width, height: width / aspect }
  return { left: (width - inner.width) / 2, top: (height - inner.height) / 2, ...inner }
}
