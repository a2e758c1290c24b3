import assert from "node:assert/strict";
import test from "node:test";
import { imagesOf, monitorOf } from "./libvirt.ts";
import { parseXml } from "./xml.ts";

/** As `virsh dumpxml` writes it, in part. */
const DOMAIN = `<?xml version='1.0'?>
<!-- made by hand -->
<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>a &amp; b</name>
  <devices>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/srv/a&apos;b.qcow2'/>
      <target dev='vda' bus='virtio'/><alias name='virtio-disk0'/></disk>
    <disk type='block' device='disk'><driver name='qemu' type='raw'/><source dev='/dev/vg/data'/>
      <target dev='vdab' bus='virtio'/></disk>
    <disk type='file' device='cdrom'><source file='/iso'/><target dev='sda' bus='sata'/><readonly/></disk>
    <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/srv/s.raw'/>
      <target dev='sdb' bus='scsi'/><address type='drive' controller='0' bus='0' target='0' unit='1'/></disk>
    <disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='rbd' name='p/i'/>
      <target dev='vdc' bus='virtio'/></disk>
  </devices>
  <qemu:commandline><qemu:arg value='-qmp'/><qemu:arg value='unix:/run/vm/b.sock,server=on,wait=off'/></qemu:commandline>
</domain>
`;

test("a domain's definition says where its monitor and its images are", () => {
  const domain = parseXml(DOMAIN);
  assert.equal(monitorOf(domain), "/run/vm/b.sock");
  assert.deepEqual(imagesOf(domain), [
    { name: "virtio-disk0", path: "/srv/a'b.qcow2", format: "qcow2" },
    { name: "virtio-disk27", path: "/dev/vg/data", format: "raw" },
    { name: "scsi0-0-0-1", path: "/srv/s.raw", format: "raw" },
  ]);
  assert.equal(monitorOf(parseXml("<domain/>")), undefined);
});

test("what is no document is refused", () => {
  for (const text of ["", "<a>", "<a></b>", "<a/>&<", "</a>", "text <a>"]) assert.throws(() => parseXml(text), text);
  assert.equal(parseXml("<a x='1'>&#65;&#x42;<![CDATA[<c>]]></a>").text, "AB<c>");
});
