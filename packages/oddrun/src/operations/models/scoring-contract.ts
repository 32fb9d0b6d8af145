/**
 * What the scoring container and those who deploy it agree on. The server, the image, environment.yml and "oddrun deploy azureml"
 * take it from here, and a test compares the files with it.
 */
export const SCORING_CONTRACT = {
  /** The port the container listens on, for all three routes. */
  port: 8080,
  scorePath: "/score",
  /** 200 while the process works. */
  livePath: "/health/live",
  /** 200 once the model is loaded; 503 again as soon as the server is told to end. */
  readyPath: "/health/ready",
  /** Where Azure ML mounts the model: the folder itself, or with the model one folder deeper. */
  modelDirVariable: "AZUREML_MODEL_DIR",
  /**
   * Who checks that a caller may score. Only a deployment whose platform ends TLS and asks every caller for a key or a token sets
   * this variable to this word; it is never part of the image, which started anywhere else wants ODDRUN_API_KEY.
   */
  authVariable: "ODDRUN_AUTH",
  authByPlatform: "platform",
} as const;
