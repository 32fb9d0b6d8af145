import assert from "node:assert/strict";
import { test } from "node:test";
import { trackingBase } from "./mlflow.ts";

const PATH = "/mlflow/v1.0/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/w";

test("the tracking address is the workspace's own, with https and MLflow's path", () => {
  const base = `https://westeurope.api.azureml.ms${PATH}/api/2.0/mlflow/`;
  for (const uri of [`azureml://westeurope.api.azureml.ms${PATH}`, `azureml://westeurope.api.azureml.ms${PATH}?`]) {
    assert.equal(trackingBase(uri), base);
  }
  assert.match(trackingBase(`azureml://0a-1b.workspace.westeurope.api.azureml.ms${PATH}`), /^https:\/\/0a-1b\./);
});

test("a tracking address that is not Azure's gets no token", () => {
  for (const uri of [
    "",
    `azureml://evil.example${PATH}`,
    `azureml://api.azureml.ms.evil.example${PATH}`,
    `azureml://u:p@westeurope.api.azureml.ms${PATH}`,
    `http://westeurope.api.azureml.ms${PATH}`,
    `azureml://westeurope.api.azureml.ms:8443${PATH}`,
    "azureml://westeurope.api.azureml.ms/elsewhere",
  ]) {
    assert.throws(() => trackingBase(uri), { code: "azure-address-refused" }, uri);
  }
});
