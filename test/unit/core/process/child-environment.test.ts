import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { childEnvironment } from '../../../../src/core/process/child-environment.ts'

/** Who gets the whole environment, and why. */
const wholeEnvironment: Readonly<Record<string, string>> = {
  'pipelines/learn/start/schedule-learning.ts': 'Vireo itself: its configuration refers to variables',
  'pipelines/site/learning/learning-process.ts': 'Vireo itself: its configuration refers to variables',
  'src/catalogue/fetch-archive.ts':
    'clients of registries, at the command of a person: they need their proxies',
}
const start = /(?:\b(?:spawn|spawnSync|execFile|execFileSync|(?<!\.)(?:exec|execSync|fork))|\(execFile\))\(/g

/** From an opening bracket to the one that closes it. */
function callAt(text: string, open: number): string {
  let depth = 0
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1
    else if (text[at] === ')' && --depth === 0) return text.slice(open, at + 1)
  }
  return text.slice(open)
}

const starts = globSync(['src/**/*.ts', 'pipelines/**/*.ts']).flatMap((file) => {
  const text = readFileSync(file, 'utf8')
  if (!text.includes("'node:child_process'")) return []
  return [...text.matchAll(start)].map(({ 0: found, index }) => ({
    file,
    call: callAt(text, index + found.length - 1),
  }))
})

it('finds the programs that are started', () => {
  expect(new Set(starts.map(({ file }) => file)).size).toBeGreaterThan(12)
})

it.each(starts.filter(({ file }) => !(file in wholeEnvironment)))(
  'gives a program nothing of the environment but what it needs: $file',
  ({ call }) => {
    expect(call).toMatch(/\benv: childEnvironment\(/)
  },
)

it('gives the whole environment to nobody else', () => {
  for (const file of Object.keys(wholeEnvironment))
    expect(
      starts.map((each) => each.file),
      file,
    ).toContain(file)
})

it('leaves out passwords', () => {
  const env = {
    PATH: '/bin',
    CAMERA_PASSWORD: 'x',
    KAFKA_TOKEN: 'y',
    HOME: '/root',
    CUDA_VISIBLE_DEVICES: '0',
  }
  expect(Object.keys(childEnvironment(env))).toEqual(['PATH', 'HOME', 'CUDA_VISIBLE_DEVICES'])
})
