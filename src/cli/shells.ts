// The shells that completion is made for.

export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;
