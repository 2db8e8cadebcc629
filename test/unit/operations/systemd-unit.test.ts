import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorTable } from '../../../src/core/error-table.ts'

const root = join(import.meta.dirname, '../../..')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** `Section.Key` → the values, in order; a key may come more than once. */
function readUnit(text: string): Map<string, string[]> {
  const unit = new Map<string, string[]>()
  let section = ''
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    section = /^\[(\w+)\]$/.exec(line)?.[1] ?? section
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? []
    if (key === undefined) continue
    unit.set(`${section}.${key}`, [...(unit.get(`${section}.${key}`) ?? []), value!])
  }
  return unit
}
const unit = readUnit(readFileSync(join(root, 'config/systemd/vireo.service'), 'utf8'))
const service = (key: string) => unit.get(`Service.${key}`)?.join(' ')

describe('config/systemd/vireo.service', () => {
  it('runs what the package holds, with a Node that the package brings', () => {
    const installed = `/opt/vireo/node_modules/${manifest.name}`
    expect(service('ExecStart')).toBe(
      `/usr/bin/env node ${installed}/${manifest.bin.vireo} run --config /etc/vireo/vireo.yaml --no-alerts`,
    )
    expect(service('Environment')).toContain('PATH=/opt/vireo/node_modules/.bin:')
    expect(manifest.dependencies.node).toBeDefined()
  })

  it('starts again whatever happens, but not with a configuration that is wrong or a database that is damaged', () => {
    expect(service('Restart')).toBe('always')
    expect(unit.get('Unit.StartLimitIntervalSec')).toEqual(['0'])
    const { CONFIG_INVALID, STORE_DAMAGED } = errorTable
    const never = service('RestartPreventExitStatus')!.split(' ').map(Number)
    for (const code of [
      'CONFIG_NOT_FOUND',
      'CONFIG_ENV_MISSING',
      'MODEL_NOT_FOUND',
      'API_LISTEN_DENIED',
    ] as const)
      expect(never, code).toContain(errorTable[code].exitCode)
    for (const code of [
      'MODEL_BUNDLE_CORRUPT',
      'MODEL_CONTRACT',
      'MODEL_SIMULATED',
      'API_BAD_REQUEST',
    ] as const)
      expect(never, code).toContain(errorTable[code].exitCode)
    expect(never).toContain(STORE_DAMAGED.exitCode)
    expect(never).toContain(CONFIG_INVALID.exitCode)
    // What mends itself or may be mended beside it.
    for (const code of ['API_LISTEN', 'STORE_OPEN', 'STORE_LOCKED', 'STORE_WRITE', 'MODEL_PROVIDER'] as const)
      expect(never, code).not.toContain(errorTable[code].exitCode)
    expect(errorTable.STORE_VERSION.exitCode).toBe(STORE_DAMAGED.exitCode)
    expect(errorTable.CONFIG_SYNTAX.exitCode).toBe(errorTable.CONFIG_INVALID.exitCode)
  })

  it('lets Vireo end its ffmpegs itself, and keeps running when the kernel kills one', () => {
    expect(service('KillSignal')).toBe('SIGTERM')
    expect(service('KillMode')).toBe('mixed')
    expect(Number(service('TimeoutStopSec'))).toBe(15)
    expect(service('OOMPolicy')).toBe('continue')
  })

  it('asks for a reload with the signal that vireo run takes', () => {
    expect(service('ExecReload')).toBe('/bin/kill -HUP $MAINPID')
    const run = readFileSync(join(root, 'src/cli/run/run-live.ts'), 'utf8')
    expect(run).toContain("process.on('SIGHUP'")
  })

  it('is no root, may write its state directory only, and has no secret in it', () => {
    expect(service('User')).toBe('vireo')
    expect(service('StateDirectory')).toBe('vireo')
    expect(service('StateDirectoryMode')).toBe('0700')
    expect(service('EnvironmentFile')).toBe('-/etc/vireo/vireo.env')
    expect(service('ProtectSystem')).toBe('strict')
    expect(service('CapabilityBoundingSet')).toBe('')
    for (const key of ['NoNewPrivileges', 'ProtectHome', 'PrivateTmp', 'PrivateDevices', 'RestrictSUIDSGID'])
      expect([key, service(key)]).toEqual([key, 'yes'])
    expect(unit.has('Service.ReadWritePaths')).toBe(false)
  })

  it('leaves V8 its machine code and cameras their descriptors', () => {
    expect(service('MemoryDenyWriteExecute')).toBeUndefined()
    expect(Number(service('LimitNOFILE'))).toBeGreaterThanOrEqual(16_384)
  })
})
