// biome-ignore-all lint/suspicious/noTemplateCurlyInString: configuration files refer to variables like this
import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { CameraEdit, ConfigEdit } from '../../../src/config/edit/config-edit.ts'
import { editCameras, editCamerasIn, editConfig } from '../../../src/config/edit.ts'
import type { AppError } from '../../../src/core/errors.ts'
import { tempDir } from '../../support/temp-dir.ts'

const text = `# the site
version: 1
cameras:
  # by the gate
  - id: gate # main entrance
    url: rtsp://viewer:\${GATE}@192.0.2.1/a
  - { id: yard, url: b.mp4 }
`
const env = { GATE: 'secret' }
const unchecked = { env, check: async () => {} }
const edited = (edit: CameraEdit, from = text) => editCameras(from, edit, { file: 'v.yaml', env }).text

describe('editing cameras', () => {
  it('adds a camera and keeps comments and variables', () => {
    const result = edited({ kind: 'add', camera: { id: 'door', url: 'c.mp4' } })
    expect(result).toContain('# by the gate')
    expect(result).toContain('- id: gate # main entrance')
    expect(result).toContain('rtsp://viewer:${GATE}@192.0.2.1/a')
    expect(result).toMatch(/- id: door\n {4}url: c\.mp4/)
    expect(result).not.toContain('secret')
  })

  it('adds the first camera of a file that has none', () => {
    expect(edited({ kind: 'add', camera: { id: 'door', url: 'c.mp4' } }, 'version: 1\n')).toContain(
      'id: door',
    )
  })

  it('pauses and resumes, and back is as before', () => {
    const paused = edited({ kind: 'pause', id: 'gate' })
    expect(paused).toContain('paused: true')
    expect(edited({ kind: 'resume', id: 'gate' }, paused)).toBe(edited({ kind: 'resume', id: 'gate' }))
  })

  it('removes one camera only', () => {
    const result = edited({ kind: 'remove', id: 'gate' })
    expect(result).not.toContain('gate@')
    expect(result).toContain('id: yard')
    expect(result).not.toContain('id: gate')
  })

  it('changes fields by a merge patch', async () => {
    const patch = { transport: 'udp', motion: { enabled: false }, url: null }
    const before = edited({ kind: 'change', id: 'yard', patch: { motion: { holdMs: 1 } } })
    expect(() => edited({ kind: 'change', id: 'yard', patch }, before)).toThrow(
      /cameras\[1\]\.url: is required/,
    )
    const after = edited({ kind: 'change', id: 'yard', patch: { ...patch, url: 'c.mp4' } }, before)
    expect(parse(after).cameras[1]).toEqual({
      id: 'yard',
      url: 'c.mp4',
      motion: { holdMs: 1, enabled: false },
      transport: 'udp',
    })
    expect(after).toContain('# main entrance')
    expect(() => edited({ kind: 'change', id: 'yard', patch: { id: 'other' } })).toThrow(/keeps its id/)
    const unpaused = edited({ kind: 'change', id: 'yard', patch: { paused: null } }, before)
    expect(parse(unpaused).cameras[1]).not.toHaveProperty('paused')
  })

  it('refuses a password in an address, and a file that is no YAML, with its line', async () => {
    const url = 'rtsp://viewer:hunter2@192.0.2.9/a'
    expect(() => edited({ kind: 'add', camera: { id: 'door', url } })).toThrow(/holds a password/)
    expect(() => edited({ kind: 'change', id: 'yard', patch: { mainUrl: url } })).toThrow(/holds a password/)
    expect(() => edited({ kind: 'pause', id: 'gate' }, 'version: 1\ncameras: [\n')).toThrow(/^v\.yaml:3:1: /)
  })

  it('keeps the mode of the file, and a link stays a link', async () => {
    const folder = tempDir('edit')
    const [file, link] = [join(folder, 'v.yaml'), join(folder, 'link.yaml')]
    writeFileSync(file, text)
    chmodSync(file, 0o600)
    symlinkSync(file, link)
    await editCamerasIn(link, { kind: 'remove', id: 'yard' }, unchecked)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(readFileSync(file, 'utf8')).not.toContain('yard')
    rmSync(folder, { recursive: true })
  })

  it('refuses an unknown camera, one that is there, and settings that are not valid', async () => {
    expect(() => edited({ kind: 'pause', id: 'roof' })).toThrow(/no camera "roof"; there is gate, yard/)
    expect(() => edited({ kind: 'add', camera: { id: 'gate', url: 'x' } })).toThrow(/already a camera "gate"/)
    expect(() => edited({ kind: 'add', camera: { id: 'door', url: 'x', transport: 'tpc' } })).toThrow(
      /cameras\[2\]\.transport.*tcp, udp/,
    )
  })

  it('replaces the file as a whole and leaves it alone when the edit is refused', async () => {
    const folder = tempDir('edit')
    const file = join(folder, 'v.yaml')
    writeFileSync(file, text)
    await expect(editCamerasIn(file, { kind: 'remove', id: 'roof' }, unchecked)).rejects.toThrow()
    const refuse = { env, check: () => Promise.reject(new Error('refused')) }
    await expect(editCamerasIn(file, { kind: 'remove', id: 'yard' }, refuse)).rejects.toThrow('refused')
    expect(readFileSync(file, 'utf8')).toBe(text)
    await editCamerasIn(file, { kind: 'remove', id: 'yard' }, unchecked)
    expect(readFileSync(file, 'utf8')).not.toContain('yard')
    expect(readdirSync(folder)).toEqual(['v.yaml'])
    rmSync(folder, { recursive: true })
  })
})

describe('editing rules and places', () => {
  const site = `version: 1
cameras:
  - id: gate
    url: a.mp4 # the old one
    zones:
      # drawn by Ann
      - name: porch
        points: [[0, 0], [1, 0], [1, 1]] # all of it
      - { name: lawn, points: [[0, 0], [0.5, 0], [0.5, 0.5]] }
behaviours:
  rules:
    # who stays
    - name: stays # by the door
      preset: loitering
      with: { zone: porch, for: 30s } # half a minute
      severity: info
`
  const edit = (...edits: ConfigEdit[]) => editConfig(site, edits, { file: 'v.yaml', env }).text

  it('writes zones by their names, and leaves comments and what did not change as they were', () => {
    const porch = {
      name: 'porch',
      points: [
        [0, 0],
        [1, 0],
        [1, 0.5],
      ],
    }
    const road = {
      name: 'road',
      points: [
        [0, 0.8],
        [1, 0.8],
        [1, 1],
      ],
    }
    const result = edit({ kind: 'change', id: 'gate', patch: { zones: [porch, road] } })
    expect(result).toContain('url: a.mp4 # the old one')
    expect(result).toContain('# drawn by Ann')
    expect(result).toMatch(/points: \[ ?\[ ?0, 0 ?\], \[ ?1, 0 ?\], \[ ?1, 0\.5 ?\] ?\]/)
    expect(result).not.toContain('lawn')
    expect(parse(result).cameras[0].zones).toEqual([porch, road])
  })

  it('changes a rule in place, adds one and takes one away', () => {
    const rule = { preset: 'loitering', with: { zone: 'porch', for: '10s' } }
    const changed = edit({ kind: 'rule', name: 'stays', rule })
    expect(changed).toContain('# who stays')
    expect(changed).toContain('- name: stays # by the door')
    expect(changed).toContain('# half a minute')
    expect(parse(changed).behaviours.rules).toEqual([{ name: 'stays', ...rule }])
    const added = edit({
      kind: 'rule',
      name: 'enters',
      rule: { preset: 'intrusion', with: { zone: 'lawn' } },
    })
    expect(parse(added).behaviours.rules.map(({ name }: { name: string }) => name)).toEqual([
      'stays',
      'enters',
    ])
    expect(parse(edit({ kind: 'rule', name: 'stays', rule: null })).behaviours.rules).toEqual([])
    expect(edit({ kind: 'rule', name: 'nobody', rule: null })).toBe(edit({ kind: 'resume', id: 'gate' }))
  })

  it('adds the first rule and a schedule to a file that has none', () => {
    const { text: result, config } = editConfig(
      'version: 1\n',
      [
        {
          kind: 'add',
          camera: { id: 'door', url: 'c.mp4', lines: [{ name: 'sill', from: [0, 0], to: [1, 1] }] },
        },
        { kind: 'rule', name: 'in', rule: { preset: 'line-crossing', with: { line: 'sill' } } },
        {
          kind: 'schedule',
          schedule: { timeZone: 'Europe/Berlin', armed: [{ from: '22:00', to: '06:00' }] },
        },
      ],
      { file: 'v.yaml', env },
    )
    expect(config.behaviours.rules).toHaveLength(1)
    expect(config.behaviours.timeZone).toBe('Europe/Berlin')
    expect(result).toMatch(/from: \[ ?0, 0 ?\]/)
  })

  it('writes no null where there was nothing to take away', () => {
    const patch = { motion: { enabled: null }, recording: { keepDays: 3, maxMb: null } }
    const [gate] = parse(edit({ kind: 'change', id: 'gate', patch })).cameras
    expect(gate).toMatchObject({ recording: { keepDays: 3 } })
    expect(gate).not.toHaveProperty('motion')
    expect(gate.recording).not.toHaveProperty('maxMb')
  })

  it('tells problems at the field of the camera or rule', () => {
    const fieldsOf = (...edits: ConfigEdit[]) => {
      try {
        edit(...edits)
      } catch (thrown) {
        return (thrown as AppError).details.fields
      }
    }
    const zones = [
      {
        name: 'Porch',
        points: [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      },
    ]
    expect(fieldsOf({ kind: 'change', id: 'gate', patch: { zones } })).toContainEqual(
      expect.objectContaining({
        camera: 'gate',
        field: 'zones[0].name',
        message: expect.stringContaining('slug'),
      }),
    )
    expect(
      fieldsOf({ kind: 'rule', name: 'stays', rule: { preset: 'loitering', severity: 'loud' } }),
    ).toEqual([
      expect.objectContaining({
        rule: 'stays',
        field: 'severity',
        message: expect.stringContaining('critical'),
      }),
    ])
  })

  it('is undone by the edit that goes back', () => {
    const paused = editConfig(site, [{ kind: 'pause', id: 'gate' }], { file: 'v.yaml', env })
    const back = editConfig(paused.text, [{ kind: 'resume', id: 'gate' }], { file: 'v.yaml', env })
    expect(back.text).toBe(edit({ kind: 'resume', id: 'gate' }))
  })
})
