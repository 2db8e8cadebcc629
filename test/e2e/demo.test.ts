import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { humanModels } from '../support/human-models.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { tempDir } from '../support/temp-dir.ts'

const ready = hasTool('ffmpeg') && hasTool('rtspServer')
if (!ready) process.stderr.write('skipped: the demo (ffmpeg or the GStreamer RTSP server is missing)\n')

const main = join(import.meta.dirname, '../../examples/demo/main.ts')

function demo(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
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

const footage = join(import.meta.dirname, '../../../shared/data/footage/one-by-one-person-detection.mp4')
const models = existsSync(footage) ? humanModels() : { archive: null, reason: `${footage} is missing` }
if (!models.archive) process.stderr.write(`skipped: the demo with a real camera (${models.reason})\n`)

describe.skipIf(!ready)('npm run demo', () => {
  it.skipIf(!models.archive)(
    'watches a real camera, and keeps nothing of it',
    async () => {
      const cache = tempDir('demo-cache')
      const temporary = tempDir('demo-temporary')
      const args = ['--camera', footage, '--from', models.archive!, '--json']
      const { ended, child, lines, said } = demo(args, { XDG_CACHE_HOME: cache, TMPDIR: temporary })
      const alert = await new Promise<Record<string, unknown>>((resolve, reject) => {
        createInterface(child.stdout).on('line', (line) => resolve(JSON.parse(line)))
        child.on('close', () => reject(new Error(said())))
      })
      expect(alert).toMatchObject({ rule: 'after-hours', detector: 'people', phase: 'new' })
      child.kill('SIGINT')
      expect(await ended, said()).toBe(0)
      expect(lines.length).toBeGreaterThan(0)
      expect(readdirSync(temporary)).toEqual([])
      expect(readdirSync(join(cache, 'vireo'))).toEqual(['models'])
    },
    90_000,
  )

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
