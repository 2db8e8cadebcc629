import { join } from 'node:path'
import type { LearnJob } from './learn-prepare.ts'

type Run = Pick<LearnJob, 'run'>

/** What was pretrained in a run. */
export const pretrainedDir = ({ run }: Run) => join(run.dir, 'pretrained')
/** What was fine-tuned in it: a trained model, or of an imported graph a bundle. */
export const trainedDir = ({ run }: Run) => join(run.dir, 'trained')
/** The bundle that would serve. */
export const servedDir = ({ run }: Run) => join(run.dir, 'served')
/** Footage that was decoded for learning. */
export const cacheDirOf = (dataDir: string) => join(dataDir, 'learning', 'cache')
