import type { Command } from 'commander'
import { emitMarkdown } from '../../../config/schema/emit-markdown.ts'
import { printLine } from '../../print-line.ts'

export function configDocs(command: Command): void {
  command.action(() => printLine(emitMarkdown().trimEnd()))
}
