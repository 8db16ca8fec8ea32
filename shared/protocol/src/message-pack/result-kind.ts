/** The kinds of results in a completion. Source: HubProtocol.md, "Completion Message Encoding". */
export const ResultKind = { Error: 1, Void: 2, NonVoid: 3 } as const;
