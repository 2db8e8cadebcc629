import type { Command } from 'commander'
import { editOne } from './edit-cameras.ts'

export function cameraRemove(command: Command): void {
  editOne(command, 'remove')
}
