import { afterEach, describe, expect, it, vi } from 'vitest'
import { demoOptions } from '../../../examples/demo/demo-options.ts'

afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
})

describe('options of the demo', () => {
  it('are read as those of vireo', () => {
    expect(demoOptions([])).toEqual({ cameras: 4, port: 0, json: false, open: false })
    expect(demoOptions(['--open']).open).toBe(true)
    expect(
      demoOptions(['--camera', 'a', '--camera', 'b', '--seconds', '0', '--kafka', 'x:1,y:2']),
    ).toMatchObject({
      camera: ['a', 'b'],
      seconds: 0,
      kafka: ['x:1', 'y:2'],
    })
  })

  it.each([
    [['--seconds', 'abc'], '--seconds abc: a number from 0'],
    [['--cameras', '0'], '--cameras 0: give a whole number from 1'],
    [['--user', ''], '--user: its value is empty'],
    [['--bogus'], "unknown option '--bogus'"],
    [['extra'], 'too many arguments'],
  ])('are refused: %j', (argv, message) => {
    let said = ''
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += text
      return true
    })
    vi.spyOn(process, 'exit').mockImplementation(() => {
      throw new Error('ended')
    })
    expect(() => demoOptions(argv)).toThrow('ended')
    expect(said).toContain(`API_BAD_REQUEST: ${message}`)
    expect(process.exitCode).toBe(64)
  })
})
