// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is what these tests are about
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { loadConfigToRead } from '../../../src/config/load-to-read.ts'
import { variablesFile, variablesFor } from '../../../src/config/variables-for.ts'
import { tempDir } from '../../support/temp-dir.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = tempDir('variables')
  file = join(folder, 'site.yaml')
  writeFileSync(file, 'version: 1\ncameras:\n  - { id: gate, url: "rtsp://u:${TEST_GATE_WORD}@h/x" }\n')
})

describe('variables of a configuration', () => {
  it('stand in the file beside it that has its name', () => {
    expect(variablesFile(file)).toBe(join(folder, 'site.env'))
    expect(variablesFile('/etc/site.env')).toBe('/etc/site.env.env')
    expect(variablesFile('site')).toBe('site.env')
    writeFileSync(join(folder, 'site.env'), '# passwords\nTEST_GATE_WORD=a%40b#1\nexport OTHER="two words"\n')
    expect(loadConfig(file).cameras[0]!.url).toBe('rtsp://u:a%40b@h/x')
    expect(loadConfigToRead(file).cameras[0]!.url).toBe('rtsp://u:a%40b@h/x')
    expect(variablesFor(file, {})).toMatchObject({ OTHER: 'two words' })
  })

  it('are those of the process where both have one', () => {
    writeFileSync(join(folder, 'site.env'), 'TEST_GATE_WORD=file\n')
    expect(variablesFor(file, { TEST_GATE_WORD: 'process' }).TEST_GATE_WORD).toBe('process')
  })

  it('are missed with the name of the file in which they may stand', () => {
    expect(() => loadConfig(file)).toThrow(/TEST_GATE_WORD is not set; .*site\.env/)
    expect(loadConfigToRead(file).cameras).toHaveLength(1)
  })

  it('are not read from a folder, and a file without rights counts as none', () => {
    mkdirSync(join(folder, 'site.env'))
    expect(() => loadConfig(file)).toThrow(/site\.env: is no file of variables/)
    const other = join(folder, 'other.yaml')
    writeFileSync(join(folder, 'other.env'), 'A=1\n')
    chmodSync(join(folder, 'other.env'), 0o000)
    // Root may read everything.
    expect(variablesFor(other, {})).toEqual(process.getuid?.() === 0 ? { A: '1' } : {})
  })
})
