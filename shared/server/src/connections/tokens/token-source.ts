/** What a new token contains. */
export interface TokenRequest {
  /** The user who negotiates. Undefined if the user is not known. */
  readonly user: string | undefined;
  readonly useStatefulReconnect: boolean;
  /**
   * True if the token is also the public id of the connection, as in version 0 of negotiation.
   * Only local tokens support this.
   */
  readonly isPublic?: boolean;
}

/** The ids of a negotiated connection. */
export interface IssuedToken {
  /** Public. */
  readonly connectionId: string;
  /** Secret. */
  readonly token: string;
}

/** The content of a valid token whose connection is not open. */
export interface UnopenedConnection {
  readonly connectionId: string;
  readonly useStatefulReconnect: boolean;
  /** True if this server issued the token. The HTTP transports need that. */
  readonly isFromThisServer: boolean;
  /** Returns true if this user may open the connection. */
  isOf(user: string | undefined): boolean;
  /** Makes the token invalid, because it has opened a connection. */
  markUsed(): void;
}

/** The content of a signed token, which may be used or expired. */
export interface IssuedConnection {
  readonly connectionId: string;
  /** The process that issued the token. */
  readonly issuer: string;
  readonly useStatefulReconnect: boolean;
}

/** Issues and reads connection tokens. Keeps no memory for tokens that are not used. */
export interface TokenSource {
  /** True if no further used token can be remembered for now. */
  readonly isFull: boolean;
  /** `user` identifies the user who negotiates. It cannot be read from the token. */
  create(request: TokenRequest): IssuedToken;
  /** Returns the content of a token. Undefined if it is invalid, expired or used. */
  read(token: string): UnopenedConnection | undefined;
  /**
   * Returns the content of a signed token, also if the token is used or has expired. Undefined if
   * the token is not signed or not valid.
   */
  readIssued?(token: string): IssuedConnection | undefined;
  /** Forgets used tokens that have expired. */
  removeExpired(): void;
}
