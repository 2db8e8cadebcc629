import { execFileSync } from 'node:child_process'
import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readConfigText } from '../../../src/config/load.ts'
import { tempDir } from '../../support/temp-dir.ts'

let dir = ''
beforeEach(() => {
  dir = tempDir('other')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe.skipIf(process.platform === 'win32')('a configuration that is no regular file', () => {
  it.each([
    [
      'a pipe, which would keep the process waiting',
      (path: string) => execFileSync('mkfifo', [path]),
      /pipe or a device/,
    ],
    ['a device, which never ends', (path: string) => symlinkSync('/dev/zero', path), /pipe or a device/],
    ['a folder', (path: string) => symlinkSync('/', path), /it is a folder/],
    ['a link to nothing', (path: string) => symlinkSync('none', path), /no such file/],
    [
      'more than anybody writes',
      (path: string) => writeFileSync(path, Buffer.alloc(5e6, '#')),
      /more than 4 MiB/,
    ],
  ] as [string, (path: string) => void, RegExp][])('is refused: %s', (_name, make, message) => {
    const path = join(dir, 'vireo.yaml')
    make(path)
    expect(() => readConfigText(path)).toThrow(message)
    expect(() => readConfigText(path)).toThrow(expect.objectContaining({ code: 'CONFIG_NOT_FOUND' }))
  })
})
