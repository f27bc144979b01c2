export declare const OWNER: 'app_owner';
export declare const ADMIT_OWNER: string;
