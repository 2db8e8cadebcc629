import type { Command } from 'commander'
import { emitSchema } from '../../../config/schema/emit-schema.ts'
import { jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'

export function configSchema(command: Command): void {
  command.addOption(jsonOption('JSON output (it always is)')).action(() => printLine(emitSchema().trimEnd()))
}
