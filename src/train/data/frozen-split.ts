import { z } from 'zod'
import { readJson } from '../../store/read-json.ts'
import { readFile } from 'node:fs/promises'
import { AppError } from '../../core/errors.ts'
import { writeWhole } from '../../store/write-whole.ts'
import {
  findLeaks,
  type Leak,
  type Split,
  type SplitItem,
  type SplitSide,
  splitByGroup,
  splitSides,
} from '../evaluate/split-by-group.ts'

/**
 * Splits footage so that a group stays on its side for ever: what a version was tested on is never trained on later,
 * and two versions are tested on the same. The file keeps the side of each group; groups that are new go where the
 * shares miss them most.
 *
 * @param given sides that groups have elsewhere (a dataset version); they count where the file knows no side yet.
 * @throws AppError TRAIN_SPLIT, STORE_WRITE, TRAIN_DATA (the file is damaged)
 */
export async function splitForEver<T extends SplitItem>(options: {
  file: string
  items: readonly T[]
  shares: Readonly<Record<SplitSide, number>>
  seed: number
  given?: ReadonlyMap<string, SplitSide>
}): Promise<{ split: Split<T>; leaks: readonly Leak[] }> {
  const { file, items, given = new Map<string, SplitSide>() } = options
  const known = await readSides(file)
  const sideOf = new Map<string, SplitSide>([...given, ...known])
  const fresh = splitByGroup({ ...options, fixed: sideOf }).split
  for (const side of splitSides)
    for (const { group } of fresh[side]) if (!sideOf.has(group)) sideOf.set(group, side)
  const on = (side: SplitSide) => items.filter(({ group }) => sideOf.get(group) === side)
  const split = { train: on('train'), validation: on('validation'), test: on('test') }
  for (const side of splitSides)
    if (options.shares[side] > 0 && split[side].length === 0)
      throw new AppError(
        'TRAIN_SPLIT',
        `${file}: no footage of today is on the side ${side}; add some, or remove the file to split anew`,
      )
  if (sideOf.size > known.size) await writeSides(file, sideOf)
  return { split, leaks: findLeaks(split) }
}

const sidesSchema = z.record(z.string(), z.enum(splitSides))

async function readSides(file: string): Promise<Map<string, SplitSide>> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return '{}'
    throw cause
  })
  const sides = readJson(text, sidesSchema)
  if (sides) return new Map(Object.entries(sides))
  throw new AppError('TRAIN_DATA', `${file}: is damaged; it says which groups are tested on`)
}

async function writeSides(file: string, sides: ReadonlyMap<string, SplitSide>): Promise<void> {
  const content = `${JSON.stringify(Object.fromEntries([...sides].sort()), null, 2)}\n`
  await writeWhole({ path: file, content })
}
