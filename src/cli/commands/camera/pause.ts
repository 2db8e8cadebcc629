import type { Command } from 'commander'
import { editOne } from './edit-cameras.ts'

export function cameraPause(command: Command): void {
  editOne(command, 'pause')
}
