import type { Command } from 'commander'
import { changeClips } from './change-clips.ts'

export function reviewSkip(command: Command): void {
  changeClips(command, (queue, id, who) => queue.judge(id, { verdict: 'skip', who }))
}
