import type { Command } from 'commander'
import { checkPassword } from '../../../access/check-password.ts'
import { createPasswords } from '../../../access/passwords.ts'
import { jsonOption } from '../../options/usual-options.ts'
import { printLine } from '../../print-line.ts'
import { readPassword } from '../../read-password.ts'

export function userHash(command: Command): void {
  command.addOption(jsonOption()).action(async ({ json }: { json?: boolean }) => {
    const password = await readPassword('VIREO_USER_PASSWORD', 'Password: ')
    checkPassword(password, '')
    const passwordHash = await createPasswords().hash(password)
    printLine(json ? JSON.stringify({ passwordHash }) : passwordHash)
  })
}
