import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type LearningConfig, learningSchema } from '../../../src/config/schema/learning-schema.ts'
import { readJson } from '../../../src/store/read-json.ts'
import { writeWhole } from '../../../src/store/write-whole.ts'

/** The settings that a run was begun with, in its folder: with them it goes on. */
export const settingsFileOf = (runDir: string) => join(runDir, 'settings.json')

export async function writeSettings(runDir: string, learning: LearningConfig): Promise<void> {
  await writeWhole({ path: settingsFileOf(runDir), content: `${JSON.stringify(learning, null, 2)}\n` })
}

/** Null where there is none, or it cannot be read. */
export async function readSettings(runDir: string): Promise<LearningConfig | null> {
  return readJson(await readFile(settingsFileOf(runDir), 'utf8').catch(() => null), learningSchema)
}
