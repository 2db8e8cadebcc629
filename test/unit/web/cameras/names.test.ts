import { describe, expect, it } from 'vitest'
import { suggestId } from '../../../../src/web/cameras/add/suggest-id.ts'
import { isSlug, slugOf } from '../../../../src/web/cameras/camera-fields.ts'
import { type Preset, problemsOf } from '../../../../src/web/cameras/rules/rule.ts'

describe('names', () => {
  it.each([
    ['rtsp://front-door.lan/stream1', [], 'front-door'],
    ['rtsp://front-door.lan:554/a?b=c', ['front-door'], 'front-door-2'],
    ['rtsp://192.0.2.7/yard', [], 'yard'],
    ['rtsp://192.0.2.7:8554/live/gate?x=1', [], 'gate'],
    ['rtsp://192.0.2.7/Streaming/Channels/102', [], ''],
    ['rtsp://192.0.2.7/stream2', [], ''],
    ['rtsp://[2001:db8::1]:554/h264', [], ''],
    ['rtsp://localhost', [], ''],
    ['', [], ''],
  ])('%s, where %j are taken: %s', (url, taken, name) => {
    expect(suggestId(url, taken)).toBe(name)
  })

  it.each([
    ['gate-2', true],
    ['a'.repeat(63), true],
    ['a'.repeat(64), false],
    ['桌子', false],
    ['Yard', false],
    ['-a', false],
    ['', false],
  ])('%s: %s', (name, is) => {
    expect(isSlug(name)).toBe(is)
  })

  it('does not shorten what is too long: that is told', () => {
    expect(slugOf('A'.repeat(80))).toBe('a'.repeat(80))
  })
})

describe('the action of a rule', () => {
  const preset = (lacks?: string): Preset => ({
    name: 'gunshot',
    summary: '',
    severity: 'critical',
    parameters: [{ name: 'action', type: 'action', about: '', required: false, default: 'gunshot' }],
    ...(lacks === undefined ? {} : { lacks }),
  })

  it.each([
    ['gunshot', undefined, null],
    ['gunshot', 'gunshot', 'unknown'],
    ['', 'gunshot', 'unknown'],
    ['shot', 'gunshot', null],
    ['bang', undefined, 'unknown'],
  ])('"%s", where the models lack %s: %s', (action, lacks, problem) => {
    expect(problemsOf(preset(lacks), { action }, ['shot']).get('action') ?? null).toBe(problem)
  })
})
