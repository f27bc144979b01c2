export declare const WEBHOOK_SECRET: string;
