// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configuration files refer to variables like this
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { blinkVideo } from '../support/blink-video.ts'
import { writeBrightnessBundle } from '../support/brightness-bundle.ts'
import { hasTool } from '../support/prepare-machine.ts'
import { type RtspServer, startRtspServer } from '../support/rtsp-server.ts'
import { tempDir } from '../support/temp-dir.ts'
import { type VireoProcess, vireo } from '../support/vireo-process.ts'

const ready = hasTool('ffmpeg') && hasTool('rtspServer')
if (!ready) process.stderr.write('skipped: vireo run (ffmpeg or the GStreamer RTSP server is missing)\n')

let folder: string
let server: RtspServer
const running: VireoProcess[] = []

beforeAll(async () => {
  if (!ready) return
  folder = tempDir('live')
  await writeBrightnessBundle(join(folder, 'model'))
  const blink = await blinkVideo()
  server = await startRtspServer({
    mounts: { '/gate': blink, '/yard': blink },
    user: 'viewer',
    password: 'pa55word',
  })
})
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
})
afterAll(async () => {
  await server?.kill()
})

function configure(name: string, options: { yardModels?: string; models?: string } = {}): string {
  const { yardModels = '', models = '' } = options
  const file = join(folder, `${name}.yaml`)
  writeFileSync(
    file,
    `version: 1
dataDir: ${join(folder, `data-${name}`)}
cameras:
  - { id: gate, url: "\${GATE_URL}", motion: { enabled: false } }
  - { id: yard, url: "\${YARD_URL}", motion: { enabled: false }${yardModels} }
models:
  - { name: light, path: ${join(folder, 'model')}, intraOpThreads: 1 }
${models}alerts:
  defaults: { clearAfterMs: 500, cooldownMs: 0, severity: critical }
http: { port: 0 }
`,
  )
  return file
}

const env = () => ({ GATE_URL: server.url('/gate'), YARD_URL: server.url('/yard') })
function run(args: readonly string[]): VireoProcess {
  const started = vireo(args, env())
  running.push(started)
  return started
}

const isStep = (camera: string, phase: string) => (line: string) => {
  const step = JSON.parse(line)
  return step.cameraId === camera && step.phase === phase
}

async function get(address: string, path: string) {
  const response = await fetch(`${address}${path}`)
  return { status: response.status, text: await response.text() }
}

const addressOf = async (process: VireoProcess): Promise<string> => {
  for (;;) {
    const found = /"address":"([^"]+)"/.exec(process.errors())?.[1]
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const ffmpegsOf = (pid: number) =>
  readdirSync('/proc').filter((name) => {
    try {
      return (
        /^\d+$/.test(name) &&
        readFileSync(`/proc/${name}/stat`, 'latin1').split(') ')[1]!.split(' ')[1] === String(pid)
      )
    } catch {
      return false
    }
  })

describe.skipIf(!ready)('vireo run', () => {
  it('turns two cameras into the right alerts, readable by tail and metrics, and stops in order', async () => {
    const config = configure('plain')
    const process = run(['run', '--config', config, '--json'])
    const first = JSON.parse(await process.line(isStep('gate', 'new')))
    await process.line(isStep('yard', 'new'))
    const end = JSON.parse(await process.line(isStep('gate', 'end')))
    expect(first).toMatchObject({
      rule: 'bright',
      label: 'bright',
      severity: 'critical',
      modelName: 'light',
      seq: 0,
    })
    expect(end).toMatchObject({ alertId: first.alertId, endReason: 'cleared' })
    // Bright for three seconds: from the first bright frame to the last.
    expect((end.lastPtsUs - end.firstPtsUs) / 1e6).toBeGreaterThan(2.4)
    expect((end.lastPtsUs - end.firstPtsUs) / 1e6).toBeLessThan(3.6)

    const address = await addressOf(process)
    expect((await get(address, '/healthz')).status).toBe(200)
    const readiness = await get(address, '/readyz')
    expect(readiness.status).toBe(200)
    expect(JSON.parse(readiness.text).cameras.map(({ state }: { state: string }) => state)).toEqual([
      'live',
      'live',
    ])
    const metrics = (await get(address, '/metrics')).text
    expect(metrics).toMatch(/vireo_frames_total\{camera="gate"\} \d+/)
    expect(metrics).toMatch(/vireo_infer_clips_total\{model="light"\} \d+/)
    expect(metrics).toMatch(/vireo_alert_steps_total\{camera="gate",rule="bright",phase="end"\} 1/)
    expect(metrics).toMatch(/vireo_event_latency_seconds\{quantile="0.95",stage="\w+"\} 0\.\d+/)

    const tail = run([
      'alerts',
      'tail',
      '--config',
      config,
      '--json',
      '--since',
      '1h',
      '--no-follow',
      '--camera',
      'gate',
    ])
    expect(await tail.ended).toBe(0)
    const events = tail.lines.map((line) => JSON.parse(line))
    expect(events.slice(0, 2).map(({ type, subject }) => [type, subject])).toEqual([
      ['vireo.alert.new.v1', 'gate'],
      ['vireo.alert.end.v1', 'gate'],
    ])
    expect(events[0].data.alertId).toBe(first.alertId)

    expect(ffmpegsOf(process.child.pid!).length).toBeGreaterThan(0)
    const stoppedMs = performance.now()
    process.child.kill('SIGTERM')
    expect(await process.ended).toBe(0)
    expect(performance.now() - stoppedMs).toBeLessThan(10_000)
    expect(ffmpegsOf(process.child.pid!)).toEqual([])
    for (const text of [process.errors(), ...process.lines, readiness.text, metrics])
      expect(text).not.toContain('pa55word')
  })

  it('runs several models, each on the cameras that want it', async () => {
    const config = configure('models', {
      yardModels: ', models: [light, second]',
      models: `  - { name: second, path: ${join(folder, 'model')}, intraOpThreads: 1 }\n`,
    })
    writeFileSync(
      config,
      readFileSync(config, 'utf8').replace('- { id: gate,', '- { id: gate, models: [light],'),
    )
    const process = run(['run', '--config', config, '--json'])
    const from = (camera: string, model: string) => (line: string) => {
      const step = JSON.parse(line)
      return step.cameraId === camera && step.modelName === model
    }
    await Promise.all([
      process.line(from('gate', 'light')),
      process.line(from('yard', 'light')),
      process.line(from('yard', 'second')),
    ])
    await process.line(isStep('gate', 'end'))
    expect(process.lines.some(from('gate', 'second'))).toBe(false)
  })

  it('takes changes of the file while it runs, without losing a frame of the cameras that they leave alone', async () => {
    const config = configure('reload')
    const before = readFileSync(config, 'utf8')
    const process = run(['run', '--config', config, '--json'])
    const said = async (pattern: RegExp) => {
      while (!pattern.test(process.errors())) await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await process.line(isStep('gate', 'new'))
    const address = await addressOf(process)
    const frames = async (camera: string) => {
      const { text } = await get(address, '/metrics')
      return Number(new RegExp(`vireo_frames_total\\{camera="${camera}"\\} (\\d+)`).exec(text)?.[1] ?? 0)
    }

    writeFileSync(config, before.replace('cameras:', 'camras:'))
    await said(/stays as it was: .*reload\.yaml:\d+:\d+: camras: unknown key; did you mean \\"cameras\\"/)
    writeFileSync(config, before.replace('- { id: yard,', '- { id: yard, paused: true,'))
    await said(/"detached":\["yard"\]/)
    const extra = '  - { id: door, url: "${YARD_URL}", motion: { enabled: false } }\nmodels:'
    writeFileSync(config, before.replace('models:', extra))
    await said(/"attached":\["yard","door"\]/)
    await process.line(isStep('door', 'new'))
    expect(await frames('door')).toBeGreaterThan(0)
    const { text } = await get(address, '/readyz')
    const states = JSON.parse(text).cameras as { cameraId: string; state: string; epoch: number }[]
    expect(states.map(({ cameraId }) => cameraId).sort()).toEqual(['door', 'gate', 'yard'])
    expect(states.find(({ cameraId }) => cameraId === 'gate')).toMatchObject({ state: 'live', epoch: 1 })
    expect((await get(address, '/metrics')).text).not.toMatch(
      /vireo_drops_total\{stage="clip",reason="gap",camera="gate"\}/,
    )
    process.child.kill('SIGTERM')
    expect(await process.ended).toBe(0)
  })

  it('refuses a second process in the same data directory', async () => {
    const config = configure('twice')
    const one = run(['run', '--config', config, '--json'])
    await addressOf(one)
    const two = run(['run', '--config', config, '--json'])
    expect(await two.ended).toBe(75)
    expect(two.errors()).toContain('STORE_LOCKED')
  })

  it('ends alerts that it left open when it was killed, at the next start', async () => {
    const config = configure('killed')
    const one = run(['run', '--config', config, '--json'])
    const open = JSON.parse(await one.line(isStep('gate', 'new')))
    one.child.kill('SIGKILL')
    await one.ended
    const two = run(['run', '--config', config, '--json'])
    await addressOf(two)
    const tail = run(['alerts', 'tail', '--config', config, '--json', '--since', '1h', '--no-follow'])
    await tail.ended
    const ends = tail.lines
      .map((line) => JSON.parse(line).data)
      .filter(({ alertId, phase }) => alertId === open.alertId && phase === 'end')
    expect(ends.map(({ endReason }) => endReason)).toEqual(['crashed'])
  })
})
