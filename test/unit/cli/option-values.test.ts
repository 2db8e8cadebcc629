import type { Command, Option } from 'commander'
import { beforeAll, describe, expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import { allCommands, type FoundCommand } from '../../support/all-commands.ts'

interface FoundOption {
  readonly command: Command
  readonly option: Option
  /** Such as `clip list --limit`. */
  readonly name: string
  /** Such as `<n>`: it says what kind of value is taken. */
  readonly kind: string
}

/** Options for which empty text is a value. */
const mayBeEmpty: readonly string[] = []

/** Numbers that may have a fraction; all the others are whole. */
const fractions = [
  ...[
    '--seconds',
    '--timeout',
    '--fps',
    '--detect-fps',
    '--gop',
    '--rate',
    '--speed',
    '--threshold',
    '--margin',
  ],
  ...['--least-score', '--nms-iou', '--scale'],
]
const numberKinds = ['<n>', '<seconds>', '<ms>', '<pixels>', '<factor>', '<p>', '<share>']
const noNumbers = [
  'abc',
  '1e999',
  '-1',
  'NaN',
  'Infinity',
  '0x10',
  ' 5 ',
  '5x',
  '1,5',
  '٣',
  '99999999999999999999',
]

/** What no option of a kind takes. Kinds that are names, texts and files take anything but empty text. */
const wrong: Readonly<Record<string, readonly string[]>> = {
  '<time>': ['abc', '-5m', '0x10', '999999999d', 'NaN', ' 5m ', '2026-13-01', '1746086400000'],
  '<day>': ['abc', '0001-01-01', '2026-02-30', 'tomorrow', '1', ' today'],
  '<length>': ['abc', '5', '-5s', '1e9h', '25h', ' 5s', 'NaNs', '0x10s'],
  '<WxH>': ['abc', '0x10', '-1x5', '1e3x5', '99999x1', '640 x 360', '640', 'x', '1.5x2'],
  '<r,g,b>': ['abc', '1,2', '1,,2', '1e999', 'NaN', '1,2,3,4', '0x10'],
  '<a,b,c>': ['abc', '1,2', '0,0,0', '-1,1,1', '1,1,NaN', '1e999,1,1', '1,,1'],
  '<ip>': ['abc', '300.1.1.1', '1', ' 192.0.2.1'],
  '<host...>': ['a b', 'a:0', 'a:99999', 'a@b'],
  '<host>': ['u@h', 'a b'],
  '<zone>': ['abc/def', '5'],
  '<hours>': ['abc', '25:00-06:00', '-1'],
  '<style>': ['abc'],
  '<kind>': ['abc'],
  '<mode>': ['abc'],
  '<head>': ['abc'],
  '<grid>': ['abc'],
  '<fit>': ['abc'],
  '<axes>': ['abc'],
  '<order>': ['abc'],
  '<format>': ['abc'],
  '<reason>': ['abc'],
  '<part>': ['abc'],
  '<set>': ['abc'],
}
const named = ['--transport', '--codec', '--preset', '--time-zone']

let found: FoundCommand[] = []
let options: FoundOption[] = []
beforeAll(async () => {
  found = await allCommands()
  options = found.flatMap(({ group, name, command }) =>
    command.options
      .filter((option) => option.required || option.optional)
      .map((option) => ({
        command,
        option,
        name: [group, name, option.long].filter(Boolean).join(' '),
        kind: /[<[].*[>\]]/.exec(option.flags)![0],
      })),
  )
}, 60_000)

/** What a value becomes; the error where it is refused. */
function read({ command, option }: FoundOption, text: string): unknown {
  const taken: Record<string, unknown> = {}
  try {
    // As commander does with what stands behind the option on a command line.
    taken.value = option.parseArg!(text, command.getOptionValue(option.attributeName()))
  } catch (thrown) {
    return thrown
  }
  return taken.value
}

/** Says of an option how a text was not refused; null: it was, in words that name it. */
function notRefused(each: FoundOption, text: string): string | null {
  const value = read(each, text)
  const shown = `${each.name} ${JSON.stringify(text)}`
  if (!(value instanceof AppError)) return `${shown} became ${JSON.stringify(value)}`
  if (value.code !== 'API_BAD_REQUEST') return `${shown} ended with ${value.code}`
  return value.message.startsWith(each.option.long!) ? null : `${shown} is not named: ${value.message}`
}

describe('values of options', () => {
  it('is about every command', () => {
    expect(found.length).toBeGreaterThan(50)
    expect(options.length).toBeGreaterThan(150)
  })

  it.each(['', ' ', '\t\n'])('refuses %j everywhere, as a variable gives it that is not set', (text) => {
    const taken = options.filter(({ name }) => !mayBeEmpty.includes(name))
    expect(taken.flatMap((each) => notRefused(each, text) ?? [])).toEqual([])
  })

  it('refuses empty arguments', () => {
    const taken = found.flatMap(({ name, command }) =>
      command.registeredArguments.flatMap((argument) => {
        try {
          return `${name} ${argument.name()} became ${JSON.stringify(argument.parseArg!('', undefined))}`
        } catch (thrown) {
          return thrown instanceof AppError && thrown.message.startsWith(`<${argument.name()}>`)
            ? []
            : `${thrown}`
        }
      }),
    )
    expect(taken).toEqual([])
  })

  it('refuses what is no number, or not a whole one where one is asked for', () => {
    const numbers = options.filter(({ kind }) => numberKinds.includes(kind))
    expect(numbers.length).toBeGreaterThan(40)
    const texts = ({ option }: FoundOption) =>
      fractions.includes(option.long!) ? noNumbers : [...noNumbers, '1.5']
    expect(numbers.flatMap((each) => texts(each).flatMap((text) => notRefused(each, text) ?? []))).toEqual([])
  })

  it('takes a right number as a number', () => {
    const likely = ['5', '7', '1', '0.5', '200']
    const odd = options.filter(
      (each) =>
        numberKinds.includes(each.kind) &&
        each.option.long !== '--bits' &&
        !likely.some((text) => read(each, text) === (text === '0.5' ? 0.5 : Number(text))),
    )
    expect(odd.map(({ name }) => name)).toEqual([])
  })

  it('refuses what no option of its kind takes', () => {
    const taken = options.flatMap((each) =>
      (wrong[each.kind] ?? []).flatMap((text) => notRefused(each, text) ?? []),
    )
    expect(taken).toEqual([])
    const words = options.filter(({ option }) => named.includes(option.long!))
    expect(words.flatMap((each) => notRefused(each, 'abc') ?? [])).toEqual([])
  })

  it('keeps its usual values as they are read', () => {
    const unread = options.filter(
      ({ option: { defaultValue }, kind }) => numberKinds.includes(kind) && typeof defaultValue === 'string',
    )
    expect(unread.map(({ name }) => name)).toEqual(['train quantize --bits'])
  })

  it('shows no more of a long value than what helps, and nothing that steers a terminal', () => {
    const limit = options.find(({ name }) => name === 'clip list --limit')!
    const { message } = read(limit, `\u001b[2J${'9'.repeat(10_000)}`) as AppError
    expect(message.length).toBeLessThan(200)
    expect(message).not.toContain('\u001b')
  })
})
