// What is said about answers, whether by an API document or by a recording.

/** What the document asks of an id at one place. */
export interface Fits {
  type?: 'string' | 'integer' | 'number';
  patterns?: string[];
  enum?: string[];
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}

export interface DeclaredResponse {
  types?: string[];
  is?: 'object' | 'array' | 'string' | 'number' | 'boolean';
  /** JSON pointers; `*` stands for every element. */
  required?: string[];
  nullable?: boolean;
}

/** Where an answer, or the body that was sent, holds an id. */
export interface Place {
  from: 'answer' | 'sent' | 'location' | 'search';
  path: string[];
}

/** What is expected of a response: required fields as JSON pointers, or as pointers that are taken apart. */
export interface ExpectedResponse extends Omit<DeclaredResponse, 'required'> {
  required?: readonly (string | string[])[];
}
