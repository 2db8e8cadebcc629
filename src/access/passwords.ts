import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { AppError } from '../core/errors.ts'

const derive = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scrypt)

/** What a hash costs: 32 MiB, and a fifth of a second of one core. */
const cost = { ln: 15, r: 8, p: 3 }
const hashBytes = 32
/** What a hash that comes from outside may cost at most. */
const most = { ln: 18, r: 16, p: 8 }
const pattern = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/-]{11,86})\$([\w+/-]{43,86})$/

export interface Passwords {
  /** A text to be kept: scrypt with its parameters and salt. @throws AppError API_BUSY */
  hash(password: string): Promise<string>
  /** Whether it is the password of the hash; without a hash it takes as long, and is false. @throws AppError API_BUSY */
  verify(password: string, hash: string | null): Promise<boolean>
}

/** Hashes passwords, a few at once: each takes memory and a thread that cameras and recordings need as well. */
export function createPasswords(options: { atOnce?: number; waiting?: number } = {}): Passwords {
  const { atOnce = 2, waiting = 16 } = options
  const queue: (() => void)[] = []
  let running = 0
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (queue.length >= waiting) throw new AppError('API_BUSY', 'too many people log in at once; try again')
      await new Promise<void>((resolve) => queue.push(resolve))
    } else running += 1
    try {
      return await work()
    } finally {
      const next = queue.shift()
      if (next) next()
      else running -= 1
    }
  }
  const nobody = format(cost, randomBytes(16), randomBytes(hashBytes))
  return {
    hash: (password) =>
      inTurn(async () => {
        const salt = randomBytes(16)
        return format(cost, salt, await derived(password, salt, cost))
      }),
    verify: (password, hash) =>
      inTurn(async () => {
        const { parameters, salt, expected } = parse(hash ?? nobody) ?? parse(nobody)!
        const same = timingSafeEqual(await derived(password, salt, parameters), expected)
        return same && hash !== null
      }),
  }
}

/** Whether a text is a hash that can be verified, and does not take the machine down. */
export const isPasswordHash = (text: string): boolean => parse(text) !== null

type Cost = typeof cost

const derived = (password: string, salt: Uint8Array, { ln, r, p }: Cost) =>
  derive(password.normalize('NFKC'), salt, hashBytes, { N: 2 ** ln, r, p, maxmem: 256 * 2 ** ln * r })

const base64 = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')

const format = ({ ln, r, p }: Cost, salt: Buffer, hash: Buffer) =>
  `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(hash)}`

function parse(text: string): { parameters: Cost; salt: Buffer; expected: Buffer } | null {
  const [, ...found] = pattern.exec(text) ?? []
  const [ln = 0, r = 0, p = 0] = found.slice(0, 3).map(Number)
  const [salt, expected] = found.slice(3).map((part) => Buffer.from(part, 'base64'))
  const bounded = ln >= 14 && ln <= most.ln && r >= 1 && r <= most.r && p >= 1 && p <= most.p
  return bounded && salt && expected?.length === hashBytes
    ? { parameters: { ln, r, p }, salt, expected }
    : null
}
