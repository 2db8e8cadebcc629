// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configuration files refer to variables like this
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { main } from '../../../src/cli/main.ts'
import { tempDir } from '../../support/temp-dir.ts'

let folder: string
let file: string
let out = ''
let err = ''
beforeEach(() => {
  folder = tempDir('cli')
  file = join(folder, 'v.yaml')
  writeFileSync(file, 'version: 1\ncameras:\n  - { id: gate, url: "rtsp://u:hunter2@192.0.2.1/a" } # main\n')
  out = ''
  err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += text
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
})

describe('camera commands that edit the configuration', () => {
  it('add, pause, resume and remove', async () => {
    await main(['camera', 'add', 'yard', 'rtsp://u:${YARD:-}@192.0.2.2/b', '--transport', 'udp', '-c', file])
    expect(readFileSync(file, 'utf8')).toMatch(/# main[\s\S]*id: yard[\s\S]*transport: udp/)
    await main(['camera', 'pause', 'yard', '-c', file])
    expect(readFileSync(file, 'utf8')).toContain('paused: true')
    await main(['camera', 'resume', 'yard', '-c', file])
    await main(['camera', 'remove', 'yard', '-c', file, '--json'])
    expect(readFileSync(file, 'utf8')).not.toContain('yard')
    expect(JSON.parse(out.trim().split('\n').at(-1)!)).toMatchObject({
      ok: true,
      change: 'remove',
      camera: 'yard',
    })
  })

  it('lists without passwords', async () => {
    await main(['camera', 'list', '-c', file])
    expect(out).toContain('gate')
    expect(out).not.toContain('hunter2')
  })

  it('refuses to write a password into the file', async () => {
    await main(['camera', 'add', 'yard', 'rtsp://u:secret@192.0.2.2/b', '-c', file])
    expect(err).toMatch(/^API_BAD_REQUEST: .*\$\{NAME\}/)
    expect(err).not.toContain('secret@')
    expect(readFileSync(file, 'utf8')).not.toContain('yard')
  })

  it('config diff names what changed and what needs a restart', async () => {
    const after = join(folder, 'after.yaml')
    writeFileSync(after, `${readFileSync(file, 'utf8').replace('gate', 'door')}http: { port: 1 }\n`)
    await main(['config', 'diff', file, after])
    expect(out.trim().split('\n')).toEqual([
      'cameras door: added',
      'cameras gate: removed',
      'http: changed (needs a restart)',
    ])
    expect(process.exitCode).toBe(1)
  })
})
