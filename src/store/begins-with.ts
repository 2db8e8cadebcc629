/**
 * That a column of text begins with the first value of a statement, so that SQLite finds it by the column's index. Behind
 * the last letter that there is, nothing begins so.
 */
export const beginsWith = (column: string): string => `${column} >= ?1 AND ${column} < ?1 || char(1114111)`
