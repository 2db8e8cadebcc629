import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inputPath } from '../../../../src/cli/options/input-path.ts'
import { allCommands } from '../../../support/all-commands.ts'
import { tempDir } from '../../../support/temp-dir.ts'

describe('a path that is read', () => {
  it('is a file, a folder, or not there yet', () => {
    const dir = tempDir()
    const file = join(dir, 'a')
    writeFileSync(file, '')
    for (const path of [dir, file, join(dir, 'nowhere'), join(file, 'b')]) expect(inputPath(path)).toBe(path)
  })

  it('never ends in no command', async () => {
    const refused = (await allCommands()).flatMap(({ group, name, command }) =>
      [...command.options, ...command.registeredArguments].flatMap((taker) => {
        try {
          taker.parseArg?.('/dev/zero', undefined)
          return []
        } catch (thrown) {
          const what = 'long' in taker ? taker.long : `<${taker.name()}>`
          return String(thrown).includes('it is a pipe or a device')
            ? `${[group, name].filter(Boolean).join(' ')} ${what}`
            : []
        }
      }),
    )
    expect(refused).toEqual(
      expect.arrayContaining([
        'model inspect <path>',
        'model import <file>',
        'dataset import <source>',
        'teach <folder>',
        'train pretrain --footage',
        'train finetune --data',
        'model install --from',
      ]),
    )
  }, 60_000)
})
