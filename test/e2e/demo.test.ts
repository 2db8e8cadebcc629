import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { hasTool } from '../support/prepare-machine.ts'

const ready = hasTool('ffmpeg') && hasTool('rtspServer')
if (!ready) process.stderr.write('skipped: the demo (ffmpeg or the GStreamer RTSP server is missing)\n')

const main = join(import.meta.dirname, '../../examples/demo/main.ts')

function demo(args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  let said = ''
  let waiting: (() => void) | null = null
  createInterface(child.stdout).on('line', (line) => lines.push(line))
  child.stderr.on('data', (text) => {
    said += text
    waiting?.()
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const saysLive = new Promise<void>((resolve) => {
    waiting = () => {
      if (/camera \S+: live/.test(said)) resolve()
    }
  })
  return { child, lines, said: () => said, ended, saysLive }
}

describe.skipIf(!ready)('npm run demo', () => {
  it('attaches simulated cameras over RTSP, alerts about what was staged, and scores itself', async () => {
    const { ended, lines, said } = demo(['--cameras', '2', '--seconds', '30', '--json'])
    expect(await ended, said()).toBe(0)
    expect(said()).toMatch(/camera entrance: live/)
    expect(said()).toMatch(/camera yard: live/)
    expect(said()).not.toContain('demo-password')
    const objects = lines.map((line) => JSON.parse(line))
    const { caught, missed, invented } = objects.at(-1)
    expect(caught.length).toBeGreaterThan(missed.length)
    expect(caught.length).toBeGreaterThan(invented.length)
    for (const step of objects.slice(0, -1)) expect(['entrance', 'yard']).toContain(step.cameraId)
  })

  it('ends cleanly on Ctrl-C', async () => {
    const { child, ended, lines, saysLive } = demo(['--cameras', '1', '--seconds', '0'])
    await saysLive
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    expect(lines.join('\n')).toContain('What the simulator staged, against the alerts:')
  })
})
