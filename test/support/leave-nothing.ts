import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll } from 'vitest'
import { leftChildren, leftFiles } from './suite-run.ts'
import { isTempDir } from './temp-dir.ts'

// For each test file: a temporary folder of its own, in which nothing may be left, and no child process may live on.
// What a file leaves is taken away here; the file fails and names it. Folders of tempDir are its own and may be left to
// this hook, which runs after those of the file itself.

/** A process that was told to end may need a moment for it. */
const graceMs = 3000

const run = process.env.VIREO_SUITE_RUN
if (run !== undefined) {
  const folder = mkdtempSync(join(run, 'f-'))
  process.env.TMPDIR = folder
  const leftHere = () => leftFiles(folder).filter((name) => !isTempDir(name))
  afterAll(async () => {
    const endMs = performance.now() + graceMs
    while ((leftChildren().length > 0 || leftHere().length > 0) && performance.now() < endMs) await sleep(50)
    const children = leftChildren()
    for (const { pid } of children) kill(pid)
    const files = leftHere()
    rmSync(folder, { recursive: true, force: true })
    process.env.TMPDIR = run
    const left = [...files, ...children.map(({ pid, command }) => `process ${pid} (${command})`)]
    if (left.length > 0)
      throw new Error(
        `this file leaves behind: ${left.join(', ')}; make folders with tempDir (test/support/temp-dir.ts), close what it starts`,
      )
  })
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}
