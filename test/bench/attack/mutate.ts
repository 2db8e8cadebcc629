// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references to variables are among what is sent
import type { Random } from '../../../src/core/random.ts'

const bytes = [0, 1, 9, 10, 13, 32, 34, 37, 39, 58, 64, 92, 123, 125, 127, 128, 192, 239, 254, 255]
const longest = 200_000

/** Bytes like those given with a few things wrong, as a broken device or a hostile one would send them. */
export function mutateBytes(given: Buffer, random: Random, tokens: readonly string[] = []): Buffer {
  let now = Buffer.from(given)
  for (let left = random.int(1, 6); left > 0; left -= 1) {
    const at = random.int(0, now.length)
    const to = Math.min(now.length, at + (random.chance(0.2) ? random.int(0, now.length) : random.int(1, 12)))
    const part = now.subarray(at, to)
    const token = Buffer.from(tokens.length > 0 ? random.pick(tokens) : '')
    const put = (middle: Buffer, until = at) =>
      Buffer.concat([now.subarray(0, at), middle, now.subarray(until)])
    const ways: (() => Buffer)[] = [
      () => put(Buffer.of(random.int(0, 255)), at + 1),
      () => put(Buffer.of(random.pick(bytes)), at + 1),
      () => put(Buffer.alloc(0), to),
      () => put(part, at),
      () => now.subarray(0, at),
      () => put(Buffer.concat(Array.from({ length: random.pick([2, 50, 2000]) }, () => part)), to),
      () => put(Buffer.from(Array.from({ length: random.int(1, 20) }, () => random.int(0, 255)))),
      () => put(token),
      () => put(token, to),
    ]
    now = Buffer.from(random.pick(ways)().subarray(0, longest))
  }
  return now
}

const values: readonly unknown[] = [
  ...[null, true, -1, 0, 1.5, 1e308, -1e308, 2 ** 53, '', ' ', 'x', '../../etc/passwd', '\u0000', '\ud800'],
  ...[
    '${HOME}',
    '${NONE}',
    '${A:-b',
    'rtsp://a:b@h',
    '[::',
    'file:///',
    '__proto__',
    'constructor',
    '1e3',
    'NaN',
  ],
  ...[[], {}, [[]], [null], { __proto__: null }, 'a'.repeat(20_000), Array(2000).fill(0)],
]

/** A value like the one given with a few parts replaced, removed, renamed or doubled. */
export function mutateValue(given: unknown, random: Random): unknown {
  const root = { root: structuredClone(given) }
  for (let left = random.int(1, 4); left > 0; left -= 1) {
    const places = placesOf(root)
    const { holder, key } = random.pick(places)
    const names = Object.keys(holder)
    const ways: (() => void)[] = [
      () => put(holder, key, structuredClone(random.pick(values))),
      () => put(holder, key, structuredClone(random.pick(values))),
      () => void (holder !== root && remove(holder, key)),
      () => put(holder, `${key}${random.pick(['x', ' ', '__proto__', '\u001b[31m'])}`, holder[key]),
      () => put(holder, key, structuredClone(random.pick(places).holder)),
      () =>
        put(
          holder,
          key,
          Array.from({ length: random.pick([2, 300]) }, () => holder[key]),
        ),
      () => put(holder, key, holder[random.pick(names)]),
      () =>
        put(holder, key, typeof holder[key] === 'number' ? -(holder[key] as number) : String(holder[key])),
    ]
    random.pick(ways)()
  }
  return root.root
}

type Holder = Record<string, unknown>

function placesOf(root: Holder): { holder: Holder; key: string }[] {
  const found: { holder: Holder; key: string }[] = []
  const visit = (holder: Holder) => {
    for (const key of Object.keys(holder).slice(0, 200)) {
      found.push({ holder, key })
      const inner = holder[key]
      if (inner !== null && typeof inner === 'object' && found.length < 2000) visit(inner as Holder)
    }
  }
  visit(root)
  return found
}

function put(holder: Holder, key: string, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true })
}

function remove(holder: Holder, key: string): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
}
