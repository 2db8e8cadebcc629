import { spawn } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorTable } from '../../src/core/error-table.ts'
import { listen } from '../support/listen.ts'
import { tempDir } from '../support/temp-dir.ts'

const bin = join(import.meta.dirname, '../../bin/vireo.js')
const server = createServer()
let folder: string
let port = 0
beforeAll(async () => {
  folder = tempDir('start')
  writeFileSync(join(folder, 'file'), '')
  mkdirSync(join(folder, 'is-a-folder'))
  symlinkSync('loop', join(folder, 'loop'))
  await listen(server)
  port = (server.address() as { port: number }).port
})
afterAll(() => {
  server.close()
})

/** What `vireo run` says at last and its exit status. */
function run(config: string): Promise<{ status: number | null; said: string }> {
  const child = spawn(process.execPath, [bin, 'run', '-c', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  return new Promise((resolve) => {
    child.on('close', (status) => resolve({ status, said: said.trim().split('\n').at(-1) ?? '' }))
  })
}

describe('a start that fails ends with its code and says what to do', () => {
  const cases: [string, string, (keyof typeof errorTable)[], string][] = [
    ['a port that is taken', 'dataDir: F/data\nhttp: { port: PORT }\n', ['API_LISTEN'], 'http.port'],
    [
      'an address of another machine',
      'dataDir: F/data1\nhttp: { host: 192.0.2.1, token: a-token-of-sixteen }\n',
      ['API_LISTEN'],
      'http.host',
    ],
    ['a data folder that is a file', 'dataDir: F/file\n', ['STORE_OPEN'], 'dataDir'],
    ['a data folder in a file', 'dataDir: F/file/data\n', ['STORE_OPEN'], 'dataDir'],
    ['a data folder where none can be made', 'dataDir: /proc/vireo\n', ['STORE_OPEN'], 'dataDir'],
    ['a data folder that is a circle', 'dataDir: F/loop\n', ['STORE_OPEN'], 'dataDir'],
    [
      'a model that is not there',
      'dataDir: F/data2\nmodels: [{ name: m, path: F/none }]\n',
      ['MODEL_NOT_FOUND'],
      'models[0].path',
    ],
  ]
  it.concurrent.each(cases)('%s', async (name, text, codes, field) => {
    const file = join(folder, `${name.replaceAll(' ', '-')}.yaml`)
    writeFileSync(file, `version: 1\n${text.replaceAll('F/', `${folder}/`).replace('PORT', String(port))}`)
    const { status, said } = await run(file)
    expect(codes.map((code) => errorTable[code].exitCode)).toContain(status)
    expect(said).toMatch(new RegExp(`^(${codes.join('|')}): `))
    expect(said).toContain(field)
  })

  it.concurrent('a configuration that is a folder, empty or no text', async () => {
    const binary = join(folder, 'binary.yaml')
    writeFileSync(binary, Buffer.from([0xff, 0xfe, 0x00, 0x80]))
    expect(await run(join(folder, 'is-a-folder'))).toMatchObject({
      status: 66,
      said: expect.stringMatching(/it is a folder/),
    })
    expect(await run(binary)).toMatchObject({ status: 78, said: expect.stringMatching(/not UTF-8/) })
    expect(await run(join(folder, 'file'))).toMatchObject({
      status: 78,
      said: expect.stringMatching(/version: is required/),
    })
  })
})
