import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchReport } from './report.ts'

export function reportFile(root: string, name: string): string {
  return join(root, 'docs/benchmarks', `${name}.json`)
}

const head = `# Benchmarks

Generated from \`docs/benchmarks/*.json\` by \`npm run bench -- NAME --save\`. Ratios are taken against a reference in
the same run, because times of different machines, and of one machine at different hours, cannot be compared. A "+" after
a commit says that files differed from it when it was measured.
`

/** docs/benchmarks.md from the saved reports. */
export function benchmarksDocument(root: string): string {
  const reports = globSync('docs/benchmarks/*.json', { cwd: root })
    .sort()
    .map((file) => JSON.parse(readFileSync(join(root, file), 'utf8')) as BenchReport)
  return [head, ...reports.map(section)].join('\n')
}

function section({ bench, machine, measured, figures, bars }: BenchReport): string {
  if (!measured)
    throw new Error(`docs/benchmarks/${bench}.json does not say when and of what it was measured`)
  const lines = [
    `## ${bench}`,
    '',
    `\`${measured.command}\` at commit ${measured.commit} on ${measured.date}, on ${machine}.`,
    '',
    '| must show | measured | limit | |',
    '|---|---|---|---|',
    ...bars.map(
      ({ name, value, op, limit, holds }) =>
        `| ${name} | ${value} | ${op === '<=' ? '≤' : '≥'} ${limit} | ${holds ? 'holds' : '**falls short**'} |`,
    ),
    '',
    '| figure | value |',
    '|---|---|',
    ...Object.entries(figures).map(([name, value]) => `| ${name} | ${value} |`),
    '',
  ]
  return lines.join('\n')
}
