import type { Ask } from './ask.ts'

/** Those that somebody wants of the cameras that were found, in the order in which they are named, each once. */
export async function chooseCameras<T extends { readonly id: string }>(
  cameras: readonly T[],
  ask: Pick<Ask, 'text'>,
  say: (text: string) => void,
): Promise<readonly T[]> {
  for (const [at, { id }] of cameras.entries()) say(`  ${at + 1}  ${id}`)
  for (;;) {
    const text = await ask.text('Which ones? (numbers, or all)', 'all')
    if (text === 'all') return cameras
    const chosen = text.split(/[\s,]+/).map((number) => cameras[Number(number) - 1])
    const known = chosen.filter((camera) => camera !== undefined)
    if (known.length === chosen.length) return [...new Set(known)]
    say(`Give numbers from 1 to ${cameras.length}.`)
  }
}
