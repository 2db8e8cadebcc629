// Child of the attack bench: gives one kind of input, wrong in seeded ways, to the code that reads it.
// Arguments: kind, seed, first and last input. Before each it says { at }, after it { at, bug, stack, said }.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom } from '../../../src/core/random.ts'
import { openTarget } from './fuzz-targets.ts'

const [kind = '', seed = '', from = '', to = ''] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'vireo-fuzz-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const target = await openTarget(kind, folder)
const { atOnce = 1 } = target

const give = async (at: number) => {
  process.send!({ at })
  const said = await target.give(createRandom(Number(seed)).fork(`${kind} ${at}`))
  process.send!({
    at,
    bug: /BUG_/.test(said),
    stack: /\n\s+at .*:\d+:\d+/.test(said),
    said: said.slice(0, 600),
  })
}
for (let at = Number(from); at < Number(to); at += atOnce) {
  const together = Math.min(atOnce, Number(to) - at)
  await Promise.all(Array.from({ length: together }, (_, index) => give(at + index)))
}
await target.close()
process.disconnect()
