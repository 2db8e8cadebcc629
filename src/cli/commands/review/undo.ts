import type { Command } from 'commander'
import { changeClips } from './change-clips.ts'

export function reviewUndo(command: Command): void {
  changeClips(command, (queue, id, who) => queue.undo(id, who))
}
