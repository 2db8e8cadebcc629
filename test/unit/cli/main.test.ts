import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { brokerCheck } from '../../../src/cli/doctor-checks.ts'
import { main } from '../../../src/cli/main.ts'
import { listen } from '../../support/listen.ts'
import { tempDir } from '../../support/temp-dir.ts'

const file = join(tempDir(), 'c.yaml')
writeFileSync(file, 'version: 1\ncameras: [{ id: gate, url: "rtsp://admin:hunter2@h/x" }]\n')

let out = ''
let err = ''
beforeEach(() => {
  out = ''
  err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text)
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
})

describe('main', () => {
  it('config check accepts a good file', async () => {
    await main(['config', 'check', '-c', file, '--json'])
    expect(JSON.parse(out)).toMatchObject({ ok: true, cameras: 1, models: 0 })
    expect(process.exitCode).toBeUndefined()
  })

  it.each([[[]], [['--json']]])('config show has no secrets %j', async (extra: string[]) => {
    await main(['config', 'show', '-c', file, ...extra])
    expect(out).toContain('rtsp://***@h/x')
    expect(out).not.toMatch(/hunter2|admin/)
  })

  it('config schema prints JSON', async () => {
    await main(['config', 'schema'])
    expect(JSON.parse(out)).toMatchObject({ title: 'Vireo configuration' })
  })

  it('says an error in one line with the exit code of the table', async () => {
    await main(['config', 'check', '-c', '/nowhere'])
    expect(err).toMatch(/^CONFIG_NOT_FOUND: \/nowhere: cannot be read \(ENOENT\): there is no such file.*\n$/)
    expect(process.exitCode).toBe(66)
  })

  it('says it as JSON with --json', async () => {
    await main(['config', 'check', '--json', '-c', '/nowhere'])
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'CONFIG_NOT_FOUND', retry: false } })
  })

  it.each([
    [['bogus'], 'bogus'],
    [['config', 'chek'], 'chek'],
    [['config', 'check', '--nope'], '--nope'],
    [['camera', 'probe'], 'give an address'],
  ])('a wrong command line is API_BAD_REQUEST: %j', async (argv, named) => {
    await main(argv)
    expect(err).toMatch(/^API_BAD_REQUEST: [^\n]*\n$/)
    expect(err).toContain(named)
    expect(process.exitCode).toBe(64)
  })

  it('without arguments shows every command', async () => {
    await main([])
    for (const name of ['config', 'camera', 'doctor']) expect(out).toContain(name)
  })
})

describe('brokerCheck', () => {
  it('tells an open port from a closed one', async () => {
    const listener = createServer()
    await listen(listener)
    const { port } = listener.address() as { port: number }
    expect(await brokerCheck(`127.0.0.1:${port}`)).toMatchObject({ status: 'ok' })
    await new Promise((done) => listener.close(done))
    expect(await brokerCheck(`127.0.0.1:${port}`)).toMatchObject({ status: 'fail', code: 'EVENT_BROKER' })
    const mqtt = { kind: 'mqtt', code: 'EVENT_MQTT' } as const
    expect(await brokerCheck(`127.0.0.1:${port}`, mqtt)).toMatchObject({
      name: `mqtt 127.0.0.1:${port}`,
      code: 'EVENT_MQTT',
    })
  })
})
