/** How a token is written as the maker of others: no user has such a name. */
export const asMaker = (token: string): string => `token ${token}`
