// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configuration files refer to variables like this
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createConfigEdits } from '../../../../pipelines/site/config-edits.ts'
import { variablesFor } from '../../../../src/config/variables-for.ts'
import { AppError } from '../../../../src/core/errors.ts'
import { noTelemetry } from '../../../../src/core/telemetry-port.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const text = 'version: 1\n# the site\ncameras:\n  - id: gate\n    url: a.mp4\n'

function start(more: { check?: () => Promise<void> } = {}) {
  const file = join(tempDir('edits'), 'vireo.yaml')
  writeFileSync(file, text)
  const changes = { attached: ['door'], detached: [], changed: [], retuned: [], restart: [] }
  const reloaded: unknown[] = []
  const logged: string[] = []
  const edits = createConfigEdits({
    file: () => file,
    env: () => variablesFor(file, {}),
    allowVariables: [],
    check: more.check ?? (async () => {}),
    compare: async () => changes,
    reload: async (config) => {
      reloaded.push(config)
      return changes
    },
    telemetry: {
      ...noTelemetry,
      log: {
        ...noTelemetry.log,
        info: (fields, message) => void logged.push(JSON.stringify([fields, message])),
      },
    },
  })
  return { edits, file, reloaded, logged, variables: join(file, '../vireo.env') }
}

const door = {
  kind: 'add',
  camera: { id: 'door', url: 'rtsp://192.0.2.7/sub', mainUrl: 'rtsp://192.0.2.7/main' },
} as const
const login = { camera: 'door', user: 'ann lee', password: 'p@ss/wörd' }

describe('edits with a look before', () => {
  it('shows the lines and what would happen, and changes nothing', async () => {
    const { edits, file, reloaded } = start()
    const preview = await edits.preview({ edits: [{ kind: 'pause', id: 'gate' }] })
    expect(preview.hunks.flatMap(({ lines }) => lines)).toContainEqual({
      kind: 'added',
      text: '    paused: true',
    })
    expect(preview.attached).toEqual(['door'])
    expect(readFileSync(file, 'utf8')).toBe(text)
    expect(reloaded).toEqual([])
  })

  it('applies what was previewed, and refuses it once the file is another one', async () => {
    const { edits, file } = start()
    const wish = { edits: [{ kind: 'pause', id: 'gate' } as const] }
    const { basedOn } = await edits.preview(wish)
    const done = await edits.apply({ ...wish, basedOn })
    expect(readFileSync(file, 'utf8')).toContain('paused: true')
    expect(done.basedOn).not.toBe(basedOn)
    const again = edits.apply({ edits: [{ kind: 'resume', id: 'gate' }], basedOn })
    await expect(again).rejects.toMatchObject({ code: 'API_CONFLICT' })
    expect(readFileSync(file, 'utf8')).toContain('paused: true')
    await edits.apply({ edits: [{ kind: 'resume', id: 'gate' }], basedOn: done.basedOn })
  })

  it('lets only one of two edits of the same text through', async () => {
    const { edits } = start()
    const { basedOn } = await edits.preview({ edits: [{ kind: 'pause', id: 'gate' }] })
    const outcomes = await Promise.allSettled([
      edits.apply({ edits: [{ kind: 'pause', id: 'gate' }], basedOn }),
      edits.apply({ edits: [{ kind: 'remove', id: 'gate' }], basedOn }),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })

  it('keeps a password beside the file, for its owner, and shows it nowhere', async () => {
    const { edits, file, variables, logged } = start()
    const wish = { edits: [door], logins: [login] }
    const preview = await edits.preview(wish)
    expect(preview.variables).toEqual(['DOOR_PASSWORD'])
    expect(existsSync(variables)).toBe(false)
    await edits.apply(wish)
    const yaml = readFileSync(file, 'utf8')
    expect(yaml).toContain('rtsp://ann%20lee:${DOOR_PASSWORD}@192.0.2.7/sub')
    expect(yaml).toContain('rtsp://ann%20lee:${DOOR_PASSWORD}@192.0.2.7/main')
    expect(readFileSync(variables, 'utf8')).toContain('DOOR_PASSWORD=p%40ss%2Fw%C3%B6rd\n')
    expect(statSync(variables).mode & 0o777).toBe(0o600)
    for (const shown of [yaml, JSON.stringify(preview), ...logged]) expect(shown).not.toMatch(/p@ss|p%40ss/)
  })

  it('never takes the name of a variable that is there', async () => {
    const { edits, variables } = start()
    writeFileSync(variables, '# mine\nDOOR_PASSWORD=another\n', { mode: 0o600 })
    await edits.apply({ edits: [door], logins: [login] })
    expect(readFileSync(variables, 'utf8')).toContain('# mine\nDOOR_PASSWORD=another\nDOOR_PASSWORD_2=')
  })

  it('leaves both files as they were when something refuses the edit', async () => {
    const refuse = async () => {
      throw new AppError('CONFIG_INVALID', 'no', {
        details: { problems: [{ field: 'cameras[1].url', text: 'cameras[1].url: no' }] },
      })
    }
    const { edits, file, variables } = start({ check: refuse })
    await expect(edits.apply({ edits: [door], logins: [login] })).rejects.toMatchObject({
      details: { fields: [{ camera: 'door', field: 'url', message: 'no' }] },
    })
    expect(readFileSync(file, 'utf8')).toBe(text)
    expect(existsSync(variables)).toBe(false)
  })

  it('takes no variable of the process for a request, and no login for a camera that is not edited', async () => {
    const { edits } = start()
    const stolen = { kind: 'change', id: 'gate', patch: { url: 'rtsp://a:${PATH}@192.0.2.9/' } } as const
    await expect(edits.preview({ edits: [stolen] })).rejects.toMatchObject({ code: 'API_BAD_REQUEST' })
    const wish = { edits: [{ kind: 'pause', id: 'gate' } as const], logins: [login] }
    await expect(edits.preview(wish)).rejects.toThrow(/logins: no address of camera "door"/)
  })
})
