import type { Command } from 'commander'
import { editOne } from './edit-cameras.ts'

export function cameraResume(command: Command): void {
  editOne(command, 'resume')
}
