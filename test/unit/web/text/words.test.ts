import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { accessErrors } from '../../../../src/core/error-tables/access-errors.ts'
import { cameraErrors } from '../../../../src/core/error-tables/camera-errors.ts'
import { language } from '../../../../src/web/text/language.ts'
import { problemText } from '../../../../src/web/text/problem-text.ts'
import { statusReason } from '../../../../src/web/text/status-reason.ts'
import { wordFor, wordsFor } from '../../../../src/web/text/words.ts'

const source = join(import.meta.dirname, '../../../../src/camera')
/** Every reason that the state of a camera can have, as the sources spell it, with a value where one comes in. */
const reasons = [
  'classify-failure.ts',
  'camera-address.ts',
  'camera-process.ts',
  'camera-source.ts',
  ...globSync('connection/*.ts', { cwd: source }),
]
  .map((path) => readFileSync(join(source, path), 'utf8'))
  .flatMap((code) => [...code.matchAll(/(?:reason:?\s*=?\s*|\? |: )(['"`])([a-zA-Z$][^\n]*? [^\n]*?)\1/g)])
  .map(([, , said]) => said!.replace(/\$\{[^}]*\}/g, 'X'))
  .filter((said) =>
    /^(frames|the camera|there is|this is|the file|what comes|ffmpeg|nothing|packets|MP4)/.test(said),
  )

beforeEach(() => {
  language.value = 'zh'
})
afterEach(() => {
  language.value = 'en'
})

describe('what the server says, in Chinese', () => {
  it.each([...new Set(reasons)])('of a camera: %s', (said) => expect(statusReason(said)).toMatch(/[一-龥]/))

  it.each([...Object.keys(accessErrors), ...Object.keys(cameraErrors)])('of a problem: %s', (code) =>
    expect(problemText(code, 'said')).toMatch(/[一-龥]/),
  )

  it('of labels, and leaves what people named', () => {
    expect(wordFor('falling')).toBe('跌倒')
    expect(wordsFor(['falling', 'our-own'])).toBe('跌倒, our-own')
  })

  it('finds many reasons to look at', () => expect(reasons.length).toBeGreaterThan(20))
})

describe('what the server says, in English', () => {
  it('stays as it is', () => {
    language.value = 'en'
    expect(statusReason('frames arrive')).toBe('frames arrive')
    expect(problemText('AUTH_LOGIN', 'the name is wrong')).toBe('the name is wrong')
  })
})
