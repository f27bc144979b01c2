export declare const ADDRESS: string;
export declare function signMessage(message: string): string;
export declare function signerOf(message: string, signature: string): string | undefined;
